"""The official `openai` client, unmodified, against `serve model` with a tiny checkpoint.

Run by ModelServerTests; by hand:  openai_model_suite.py http://127.0.0.1:8000/v1 KEY PICTURE_URL OTHER_PICTURE_URL
Prints one line a check and exits with 1 at the first that fails.
"""
import concurrent.futures
import sys

import openai

from suite import check, fails, image

base, key, picture, other_picture = sys.argv[1:5]
client = openai.OpenAI(base_url=base, api_key=key, max_retries=0)
model = [m.id for m in client.models.list()][0]


def ask(content="how are you?", **more):
    wishes = {"model": model, "max_tokens": 12, "temperature": 0, **more}
    return client.chat.completions.create(messages=[{"role": "user", "content": content}], **wishes)


def joined(chunks, index=0):
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices and c.choices[0].index == index)


answer = ask()
text = answer.choices[0].message.content
check("chat: content and reason", text and answer.choices[0].finish_reason in ("stop", "length"))
check("chat: usage", answer.usage.prompt_tokens > 0 and 0 < answer.usage.completion_tokens <= 12 and answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens)
check("chat: greedy answers repeat", ask().choices[0].message.content == text)
check("chat: parts of text", ask([{"type": "text", "text": "how are you?"}]).choices[0].message.content == text)
conversation = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}, {"role": "user", "content": "how are you?"}]
check("chat: several turns", client.chat.completions.create(model=model, messages=conversation, max_completion_tokens=4).usage.completion_tokens <= 4)

one, two = ask([{"type": "text", "text": "look"}, image(picture)]), ask([image(picture), {"type": "text", "text": "look"}, image(other_picture)])
check("chat: one picture, two pictures", one.usage.prompt_tokens < two.usage.prompt_tokens and one.choices[0].message.content is not None)

answer = ask(n=3, temperature=1.5, seed=4)
check("chat: n = 3", [c.index for c in answer.choices] == [0, 1, 2] and len({c.message.content for c in answer.choices}) > 1)
again = ask(n=3, temperature=1.5, seed=4)
check("chat: the same seed", [c.message.content for c in again.choices] == [c.message.content for c in answer.choices])
check("chat: top_p, top_k, neutral and unknown keys", ask(temperature=1.5, top_p=1e-6, extra_body={"top_k": 1, "my_key": 1}, frequency_penalty=0, user="me").choices[0].message.content == text)
check("chat: stop", text[3:5] not in ask(stop=[text[3:5]]).choices[0].message.content)
tokens = ask(logprobs=True, top_logprobs=2).choices[0].logprobs.content
check("chat: log-probabilities", all(t.logprob <= 0 and len(t.top_logprobs) == 2 and t.top_logprobs[0].token == t.token for t in tokens))

chunks = list(ask(stream=True, stream_options={"include_usage": True}))
check("stream: content", joined(chunks) == text)
check("stream: role first, reason last, usage after", chunks[0].choices[0].delta.role == "assistant" and chunks[-2].choices[0].finish_reason and chunks[-1].usage.total_tokens > 0 and not chunks[-1].choices)
chunks = list(ask(stream=True, n=3, temperature=1.5, seed=4))
check("stream: n = 3", [joined(chunks, i) for i in range(3)] == [c.message.content for c in again.choices])
stream = ask(stream=True, max_tokens=200, temperature=1.5, seed=1)
next(iter(stream))
stream.close()
check("stream: a client may leave", ask().choices[0].message.content == text)

with concurrent.futures.ThreadPoolExecutor(16) as pool:
    answers = list(pool.map(lambda i: ask(max_tokens=12, temperature=1.5 if i % 2 else 0, seed=4).choices[0].message.content, range(32)))
check("many at once: nobody sees the others", set(answers[::2]) == {text} and set(answers[1::2]) == {answer.choices[0].message.content})

check("models: one", client.models.retrieve(model).object == "model")
check("models: missing", fails(openai.NotFoundError, lambda: client.models.retrieve("nothing")) is not None)
error = fails(openai.NotFoundError, lambda: ask(model="nothing"))
check("errors: 404 for a model", error is not None and error.code == "model_not_found")
error = fails(openai.BadRequestError, lambda: ask(n=99))
check("errors: 400 with its parameter", error is not None and error.param == "n" and error.type == "invalid_request_error")
error = fails(openai.BadRequestError, lambda: ask("word " * 5000))
check("errors: too long", error is not None and error.code == "context_length_exceeded")
error = fails(openai.BadRequestError, lambda: ask([image("https://example.com/x.png")]))
check("errors: a remote picture", error is not None and error.code == "remote_picture_refused")
error = fails(openai.BadRequestError, lambda: ask(tools=[{"type": "function", "function": {"name": "f"}}]))
check("errors: tools", error is not None and error.code == "unsupported_parameter")
error = fails(openai.AuthenticationError, lambda: openai.OpenAI(base_url=base, api_key="wrong", max_retries=0).models.list())
check("errors: 401", error is not None and error.code == "invalid_api_key")
raw = client.chat.completions.with_raw_response.create(model=model, max_tokens=1, messages=[{"role": "user", "content": "x"}])
check("headers: request id", raw.headers["x-request-id"])
print("openai", openai.__version__)
