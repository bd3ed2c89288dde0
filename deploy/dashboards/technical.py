"""For those who run it: requests, events, outboxes, workflows, machines."""

from deploy.dashboards.build import Dashboard, Panel, Row, hourly, per_second, quantile

TECHNICAL = Dashboard(
    "technical",
    "Relance: technical",
    (
        Row(
            "Requests",
            (
                Panel(
                    "Requests a second", {"{{job}}": per_second("relance_http_requests_total{}", "job")}, unit="reqps",
                ),
                Panel(
                    "Answers with an error, a second",
                    {"{{job}} {{status}}": per_second('relance_http_requests_total{status=~"5.."}', "job, status")},
                    unit="reqps",
                    explains="503: something that the service needs is away. Other codes are errors of its own.",
                ),
                Panel(
                    "Duration, 99 of 100",
                    {"{{job}}": quantile(0.99, "relance_http_request_seconds", by="job")},
                    unit="s",
                ),
            ),
        ),
        Row(
            "Events",
            (
                Panel(
                    "Oldest message not worked in",
                    {"{{consumer}}": "max by (consumer) (relance_consumer_oldest_seconds{})"}, unit="s", red_from=300,
                ),
                Panel(
                    "Messages that wait",
                    {
                        "{{consumer}}": "max by (consumer) (relance_consumer_pending{})",
                        "{{consumer}}, at work": "max by (consumer) (relance_consumer_unanswered{})",
                    },
                ),
                Panel(
                    "Deliveries that failed, a second",
                    {"{{consumer}}: {{cause}}": per_second("relance_deliveries_failed_total{}", "consumer, cause")},
                    explains="waits: a server is out of reach, the message comes again. error: our own.",
                ),
                Panel(
                    "Oldest fact in an outbox",
                    {"{{job}}": "max by (job) (relance_outbox_oldest_seconds{})"}, unit="s", red_from=120,
                ),
                Panel("Facts in an outbox", {"{{job}}": "max by (job) (relance_outbox_rows{})"}),
                Panel("Dead letters", {"{{consumer}}": "max by (consumer) (relance_dead_letters{})"}, red_from=1),
            ),
        ),
        Row(
            "Workflows",
            (
                Panel(
                    "Workflow tasks that failed, each hour",
                    {"{{workflow_type}}": hourly("temporal_workflow_task_execution_failed{}", "workflow_type")},
                    red_from=1,
                ),
                Panel(
                    "Time from schedule to start of a step, 99 of 100",
                    {"{{task_queue}}": quantile(0.99, "temporal_activity_schedule_to_start_latency", by="task_queue")},
                    unit="s",
                    explains="Grows when the workers have no slot free: run more of them.",
                ),
                Panel(
                    "Free slots", {"{{worker_type}}": "sum by (worker_type) (temporal_worker_task_slots_available{})"},
                ),
            ),
        ),
        Row(
            "Machines",
            (
                Panel(
                    "Memory",
                    {"{{job}}": "max by (job) (relance_process_memory_bytes{})"},
                    unit="bytes",
                    explains="Of one process and those that print and render for it.",
                ),
                Panel(
                    "Processors",
                    {"{{job}}": per_second("relance_process_cpu_seconds_total{}", "job")},
                    explains="Of the processes of a job and those that print and render for them.",
                ),
                Panel(
                    "Databases",
                    {
                        "{{job}}": "max by (job) (relance_database_bytes{})",
                        "{{job}}, limit": "max by (job) (relance_database_limit_bytes{})",
                    },
                    unit="bytes",
                ),
                Panel(
                    "Streams",
                    {
                        "{{stream}}": "max by (stream) (relance_stream_bytes{})",
                        "{{stream}}, limit": "max by (stream) (relance_stream_limit_bytes{})",
                    },
                    unit="bytes",
                    explains="One that is full takes nothing more, be it a payment.",
                ),
            ),
        ),
    ),
)  # fmt: skip
