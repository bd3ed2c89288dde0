"""A day of tries in thirty-odd of them: one each minute takes the server that skips time half a minute of real time."""

from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

BY_THE_WORKFLOW = 10
"""Tries that fail and come again when the workflow's own policy says, whose longest interval they reach."""


class Hourly(Interceptor):
    """Of a worker: what has failed ten times is tried again each hour, until the workflow's time for it is over."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Hourly(next)


class _Hourly(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await self.next.execute_activity(input)
        except Exception as error:
            if activity.info().attempt < BY_THE_WORKFLOW:
                raise
            raise ApplicationError(str(error), next_retry_delay=timedelta(hours=1)) from error
