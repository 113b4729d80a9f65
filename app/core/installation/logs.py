"""Structured logs: one event per line, as JSON where a collector reads them. No personal particulars."""

import logging

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor

from app.core.settings import Settings

# The values of local variables stay out of traces: they are people's.
TRACES = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
JSON: list[Processor] = [TRACES, structlog.processors.JSONRenderer(ensure_ascii=False)]
PLAIN: list[Processor] = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]


def set_up_logs(settings: Settings) -> None:
    """Send our events and the libraries' through one renderer."""
    level = logging.getLevelName(settings.log_level)
    render = JSON if settings.log_json else PLAIN
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    structlog.configure(
        processors=[*shared, *render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    chain = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=chain, foreign_pre_chain=shared))
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
