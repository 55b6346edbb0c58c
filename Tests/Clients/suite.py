"""What the suites of the official openai client share."""
import sys


def check(name, holds):
    print(("ok    " if holds else "FAIL  ") + name, flush=True)
    if not holds:
        sys.exit(1)


def image(url):
    return {"type": "image_url", "image_url": {"url": url}}


def fails(error, work):
    try:
        work()
    except error as raised:
        return raised
    return None
