"""OpenTelemetry spans, when OTEL_EXPORTER_OTLP_ENDPOINT says where they go; off otherwise."""

from collections.abc import Callable
from typing import Any

from opentelemetry import trace

from app.core.errors import ConfigurationError
from app.core.settings import Settings

tracer = trace.get_tracer("greenway")
"""Makes spans that go nowhere until `start_tracing` has been called."""


def check_tracing(settings: Settings) -> None:
    """
    Raises:
        ConfigurationError: spans are wanted, and the extra that sends them is not installed.
    """
    if settings.otlp_endpoint:
        _exporting()


def start_tracing(settings: Settings) -> Callable[[], None]:
    """Send this process's spans; gives what ends that, and sends the last ones. Called after any fork.

    Raises:
        ConfigurationError: as `check_tracing`.
    """
    if not settings.otlp_endpoint:
        return lambda: None
    resource, provider_for, processor_for, exporter_to = _exporting()
    endpoint = f"{settings.otlp_endpoint.rstrip('/')}/v1/traces"
    provider = provider_for(resource=resource.create({"service.name": "greenway-worker"}))
    provider.add_span_processor(processor_for(exporter_to(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
    shutdown: Callable[[], None] = provider.shutdown
    return shutdown


def _exporting() -> tuple[Any, ...]:
    # Imported here because it is an optional extra.
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError(
            'OTEL_EXPORTER_OTLP_ENDPOINT is set, but sending spans needs an extra; run pip install "greenway[otel]".'
        ) from None
    return Resource, TracerProvider, BatchSpanProcessor, OTLPSpanExporter
