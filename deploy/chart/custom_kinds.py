"""Schemas of the kinds that operators bring, of the fields that the chart uses: anything else is an error."""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
COUNT: Schema = {"type": "integer", "minimum": 0}
SPAN: Schema = {"type": "string", "pattern": "^([0-9]+(ms|s|m|h))+$"}
NAME: Schema = {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", "maxLength": 253}
PLAIN_NAME: Schema = {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63}
WORDS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}


def fields(needed: dict[str, Schema], **optional: Schema) -> Schema:
    return {
        "type": "object",
        "properties": needed | optional,
        "required": sorted(needed),
        "additionalProperties": False,
    }


def many(item: Schema) -> Schema:
    return {"type": "array", "items": item, "minItems": 1}


def kind(spec: Schema) -> Schema:
    metadata = fields({"name": NAME}, labels=WORDS, annotations=WORDS, namespace=NAME)
    return fields({"apiVersion": TEXT, "kind": TEXT, "metadata": metadata, "spec": spec})


NAMED = fields({"name": NAME})
OF_A_SECRET = fields({"name": NAME, "key": TEXT})

LABEL: Schema = {"type": "string", "pattern": "^[a-zA-Z_][a-zA-Z0-9_]*$"}
CHOSEN = fields(
    {"matchLabels": WORDS},
    matchExpressions=many(fields({"key": TEXT, "operator": {"enum": ["In", "NotIn"]}, "values": many(TEXT)})),
)
ENDPOINT = fields(
    {"port": TEXT},
    path=TEXT,
    interval=SPAN,
    scrapeTimeout=SPAN,
    relabelings=many(
        fields({"sourceLabels": many(LABEL), "targetLabel": LABEL}, regex=TEXT, replacement=TEXT, action=TEXT)
    ),
)

SERVICE_MONITOR = kind(fields({"selector": CHOSEN, "endpoints": many(ENDPOINT)}))
POD_MONITOR = kind(fields({"selector": CHOSEN, "podMetricsEndpoints": many(ENDPOINT)}))

RULE = fields({"alert": TEXT, "expr": TEXT, "labels": WORDS, "annotations": WORDS}, **{"for": SPAN})
PROMETHEUS_RULE = kind(fields({"groups": many(fields({"name": TEXT, "rules": many(RULE)}, interval=SPAN))}))

HTTP_ROUTE = kind(
    fields(
        {
            "parentRefs": many(fields({"name": NAME}, namespace=NAME, sectionName=NAME)),
            "rules": many(
                fields({"backendRefs": many(fields({"name": NAME, "port": COUNT}))}, timeouts=fields({}, request=SPAN))
            ),
        },
        hostnames=many(NAME),
    )
)

EXTERNAL_SECRET = kind(
    fields(
        {
            "secretStoreRef": fields({"kind": {"enum": ["SecretStore", "ClusterSecretStore"]}, "name": NAME}),
            "target": fields(
                {"name": NAME},
                creationPolicy={"enum": ["Owner", "Orphan", "Merge", "None"]},
                deletionPolicy={"enum": ["Delete", "Merge", "Retain"]},
            ),
            "dataFrom": many(fields({"extract": fields({"key": TEXT})})),
        },
        refreshInterval=SPAN,
    )
)

TRIGGER: Schema = {
    "oneOf": [
        fields(
            {
                "type": {"const": "cpu"},
                "metricType": {"enum": ["Utilization", "AverageValue"]},
                "metadata": fields({"value": TEXT}),
            }
        ),
        fields(
            {
                "type": {"const": "nats-jetstream"},
                "metadata": fields(
                    dict.fromkeys(
                        ("natsServerMonitoringEndpoint", "account", "stream", "consumer", "lagThreshold"), TEXT
                    )
                ),
            }
        ),
        fields(
            {
                "type": {"const": "temporal"},
                "metadata": fields(
                    {"endpoint": TEXT, "namespace": TEXT, "taskQueue": TEXT, "targetQueueSize": TEXT},
                    workerDeploymentName=TEXT,
                    workerDeploymentBuildId=TEXT,
                    tlsServerName=TEXT,
                ),
            },
            authenticationRef=NAMED,
        ),
    ]
}

SCALED_OBJECT = kind(
    fields(
        {"scaleTargetRef": fields({"name": NAME}, apiVersion=TEXT, kind=TEXT), "triggers": many(TRIGGER)},
        minReplicaCount=COUNT,
        maxReplicaCount=COUNT,
        pollingInterval=COUNT,
        cooldownPeriod=COUNT,
        advanced=fields({"horizontalPodAutoscalerConfig": fields({"name": PLAIN_NAME})}),
    )
)

TRIGGER_AUTHENTICATION = kind(
    fields(
        {
            "secretTargetRef": many(
                fields({"parameter": {"enum": ["apiKey", "cert", "key", "ca"]}, "name": NAME, "key": TEXT})
            )
        }
    )
)

CONNECTION = kind(
    fields(
        {"hostPort": {"type": "string", "pattern": "^[a-zA-Z0-9.-]+:[0-9]+$"}},
        mutualTLSSecretRef=fields({"name": PLAIN_NAME}),
        apiKeySecretRef=OF_A_SECRET,
        tls=fields({}, serverName=TEXT),
    )
    # the controller refuses both at once
    | {"not": {"required": ["mutualTLSSecretRef", "apiKeySecretRef"]}}
)

WORKER_DEPLOYMENT = kind(
    fields(
        {
            "workerOptions": fields({"connectionRef": NAMED, "temporalNamespace": TEXT}),
            "rollout": fields(
                {"strategy": {"enum": ["Manual", "AllAtOnce", "Progressive"]}},
                steps=many(
                    fields({"rampPercentage": {"type": "integer", "minimum": 1, "maximum": 99}, "pauseDuration": SPAN})
                ),
            ),
            "template": {"type": "object", "required": ["metadata", "spec"]},
        },
        replicas=COUNT,
        sunset=fields({}, scaledownDelay=SPAN, deleteDelay=SPAN),
    )
)

OF_A_VERSION: Schema = {
    "if": {"properties": {"type": {"const": "temporal"}}},
    "then": {
        "properties": {
            "metadata": {
                "properties": {
                    "workerDeploymentName": {"const": ""},
                    "workerDeploymentBuildId": {"const": ""},
                    "namespace": {"const": ""},
                }
            }
        }
    },
}
"""A trigger whose version the controller fills in, where it is left empty; anything else there it refuses."""

WORKER_RESOURCE_TEMPLATE = kind(
    fields(
        {
            "workerDeploymentRef": NAMED,
            "template": {
                "type": "object",
                "required": ["apiVersion", "kind", "spec"],
                "properties": {
                    "spec": {
                        "type": "object",
                        "required": ["scaleTargetRef"],
                        "properties": {"scaleTargetRef": {"const": {}}, "triggers": many(OF_A_VERSION)},
                    }
                },
            },
        }
    )
)

CUSTOM: dict[tuple[str, str], Schema] = {
    ("monitoring.coreos.com/v1", "ServiceMonitor"): SERVICE_MONITOR,
    ("monitoring.coreos.com/v1", "PodMonitor"): POD_MONITOR,
    ("monitoring.coreos.com/v1", "PrometheusRule"): PROMETHEUS_RULE,
    ("gateway.networking.k8s.io/v1", "HTTPRoute"): HTTP_ROUTE,
    ("external-secrets.io/v1", "ExternalSecret"): EXTERNAL_SECRET,
    ("keda.sh/v1alpha1", "ScaledObject"): SCALED_OBJECT,
    ("keda.sh/v1alpha1", "TriggerAuthentication"): TRIGGER_AUTHENTICATION,
    ("temporal.io/v1alpha1", "Connection"): CONNECTION,
    ("temporal.io/v1alpha1", "WorkerDeployment"): WORKER_DEPLOYMENT,
    ("temporal.io/v1alpha1", "WorkerResourceTemplate"): WORKER_RESOURCE_TEMPLATE,
}
"""By apiVersion and kind."""
