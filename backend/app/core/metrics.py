"""The Prometheus metrics of every process. No label holds an id."""

from prometheus_client import Counter, Gauge, Histogram

incremental_saves = Counter("content_generation_incremental_saves_total", "Batches saved.")
batch_size = Histogram(
    "content_generation_batch_size", "Finished concepts per batch.", buckets=(0, 1, 2, 3, 5, 8, 10, 20, 50)
)
db_write_seconds = Histogram(
    "content_generation_db_write_seconds",
    "Time to save a batch.",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
concepts = Counter("greenway_concepts_total", "Concepts that finished, by outcome.", ["outcome"])
artefact_seconds = Histogram(
    "greenway_artefact_seconds",
    "Time that an agent took for an artefact.",
    ["artefact", "outcome"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 180),
)
llm_tokens = Counter("greenway_llm_tokens_total", "Tokens sent to and received from models.", ["direction"])
llm_cost = Counter("greenway_llm_cost_usd_total", "What model calls have cost, in US dollars.")
events_published = Counter("greenway_events_published_total", "Events published after their commit.")
task_recoveries = Counter("greenway_task_recoveries_total", "Tasks taken over from a worker that died.")
discarded_artefacts = Counter(
    "greenway_discarded_artefacts_total",
    "Finished artefacts that were discarded because their worker could not save them.",
)
refused_artefacts = Counter(
    "greenway_refused_artefacts_total", "Artefacts that the database did not accept; each counts as failed."
)
ignored_messages = Counter(
    "greenway_ignored_messages_total",
    "Messages from Redis that were dropped because they were malformed or forged.",
    ["kind"],
)
background_failures = Counter(
    "greenway_background_failures_total", "Steps of background work that a bug ended.", ["step"]
)
connections_refused = Counter(
    "greenway_connections_refused_total", "Connections that were refused or ended because of a limit.", ["limit"]
)
websocket_connections = Gauge("greenway_websocket_connections", "Open event connections.", multiprocess_mode="livesum")
tasks = Gauge("greenway_tasks", "Tasks in the database.", ["kind", "status"], multiprocess_mode="mostrecent")
task_silence = Gauge(
    "greenway_task_silence_seconds",
    "Seconds since the last event of the active task that has been silent the longest.",
    ["kind", "status"],
    multiprocess_mode="mostrecent",
)
workers = Gauge("greenway_workers", "Worker processes that hold a lease.", multiprocess_mode="mostrecent")
http_request_seconds = Histogram(
    "greenway_http_request_seconds",
    "Time to answer an HTTP request.",
    ["method", "route", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
