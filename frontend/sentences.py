"""Prints the sentences of failures for the web app; `--check PATH` says whether the file at PATH has them."""

import json
import sys
from pathlib import Path

from app.domain.failure_sentences import SENTENCES

HEAD = "/** The sentences of failures, made by `make types` from `app/domain/failure_sentences.py`. */\n"


def main() -> int:
    sentences = json.dumps(SENTENCES, ensure_ascii=False, indent=2)
    module = f"{HEAD}export const FAILURES = {sentences} as const;\n"
    if sys.argv[1:2] != ["--check"]:
        sys.stdout.buffer.write(module.encode())
        return 0
    if Path(sys.argv[2]).read_text("utf-8") == module:
        return 0
    sys.stderr.write(f"{sys.argv[2]} does not have the sentences of failures; `make types` makes it anew.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
