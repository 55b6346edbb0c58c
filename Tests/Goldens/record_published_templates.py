#!/usr/bin/env python3
"""Records what transformers makes of published chat templates, for TokenizersTests.

    scripts/fetch_test_files
    pip install transformers==5.23.0 jinja2==3.1.6
    python3 Tests/Goldens/record_published_templates.py   # writes Tests/Goldens/tokenizers/published_templates.json

The templates are not part of the repository, and neither is what they write: hashes are stored. Every conversation is
handed over with contents as texts and as parts; null means that the template failed. The clock stands still, because a
template that looks at it writes something else every day.
"""

import datetime
import json
import pathlib
import sys

import transformers
from transformers.utils.chat_template_utils import _compile_jinja_template

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import record_tokenizers as small

TEMPLATES = pathlib.Path(__file__).resolve().parents[2] / ".cache/llama.cpp/templates"
MOMENT = datetime.datetime(2025, 3, 2, 15, 4, 5)
CONVERSATIONS = {
    name: small.CONVERSATIONS[name]
    for name in ["question", "answered", "picture", "picture answered", "two pictures", "many turns", "system", "later picture"]
} | {
    "system and picture": [
        ["system", ["Answer briefly."]], ["user", [None, "What is it?"]], ["assistant", ["A cat."]], ["user", ["Sure?"]],
    ],
}


def fnv(text):
    state = 0xCBF29CE484222325
    for byte in text.encode():
        state = ((state ^ byte) * 0x100000001B3) & small.MASK
    return f"{state:016x}"


def render(source, conversation, parts, prompt):
    try:
        template = _compile_jinja_template(source)
        template.globals["strftime_now"] = MOMENT.strftime
        return fnv(
            template.render(
                messages=small.messages(conversation, parts), tools=None, documents=None, bos_token="<s>", eos_token="</s>",
                add_generation_prompt=prompt))
    except Exception:
        return None


def main():
    cases = {}
    for path in sorted(TEMPLATES.glob("*.jinja")):
        source = path.read_text()
        cases[path.stem] = {
            title: [[render(source, conversation, parts, prompt) for prompt in (False, True)] for parts in (False, True)]
            for title, conversation in CONVERSATIONS.items()
        }
    golden = {"transformers": transformers.__version__, "conversations": CONVERSATIONS, "cases": cases}
    (small.HERE / "published_templates.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
