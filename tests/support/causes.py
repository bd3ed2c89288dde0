"""What several tasks at once may have wrapped."""


def cause_of(error: BaseException) -> BaseException:
    """The first error that is no group of others."""
    return cause_of(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
