"""The official `openai` client, unmodified, against a gateway with the stub guard and the mock upstream server.

Run by GatewayTests; by hand:  openai_suite.py http://127.0.0.1:8080/v1 KEY CANARY PICTURE_URL UNSAFE_PICTURE_URL
Prints one line a check and exits with 1 at the first that fails.
"""
import sys

import openai

from suite import check, fails, image

base, key, canary, picture, unsafe_picture = sys.argv[1:6]
client = openai.OpenAI(base_url=base, api_key=key, max_retries=0)


def ask(content, **more):
    return client.chat.completions.create(model="mock", messages=[{"role": "user", "content": content}], **more)


answer = ask("hello")
check("chat: content", answer.choices[0].message.content == "You said: hello")
check("chat: finish reason and usage", answer.choices[0].finish_reason == "stop" and answer.usage.total_tokens > 0)

answer = ask([{"type": "text", "text": "look"}, image(picture), image(picture)])
check("chat: two pictures", answer.choices[0].message.content == "You said: look")
answer = ask([{"type": "text", "text": "look"}, image(unsafe_picture)])
check("chat: an unsafe picture is refused", answer.choices[0].finish_reason == "content_filter" and answer.choices[0].message.refusal)
answer = ask("please " + canary)
check("chat: an unsafe question is refused", answer.choices[0].finish_reason == "content_filter" and answer.choices[0].message.content is None)

answer = ask("three", n=3)
check("chat: n = 3", [c.index for c in answer.choices] == [0, 1, 2] and all(c.message.content == "You said: three" for c in answer.choices))
answer = ask("extra", extra_body={"my_key": {"a": 1}}, temperature=0.1, seed=3, stop=["x"])
check("chat: unknown keys", answer.choices[0].message.content == "You said: extra")
answer = ask("score me", extra_body={"moderation": {"model": "omni-moderation-latest", "policy": {"input": {"mode": "score"}, "output": {"mode": "block"}}}})
check("chat: native moderation", answer.to_dict()["moderation"]["input"]["type"] == "moderation_results")

chunks = list(ask("streamed words " * 30, stream=True, stream_options={"include_usage": True}))
text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
check("stream: content", text == "You said: " + "streamed words " * 30)
check("stream: role first, reason last, usage after", chunks[0].choices[0].delta.role == "assistant" and chunks[-2].choices[0].finish_reason == "stop" and chunks[-1].usage.total_tokens > 0)
chunks = list(ask("three streams", stream=True, n=3))
texts = {i: "".join(c.choices[0].delta.content or "" for c in chunks if c.choices and c.choices[0].index == i) for i in range(3)}
check("stream: n = 3", set(texts.values()) == {"You said: three streams"})
chunks = list(ask(canary, stream=True))
check("stream: refused", chunks[-1].choices[0].finish_reason == "content_filter" and not any(c.choices[0].delta.content for c in chunks))

moderation = client.moderations.create(input=canary)
check("moderations: flagged", moderation.results[0].flagged and moderation.results[0].categories.violence)
check("moderations: scores", 0.9 < moderation.results[0].category_scores.violence <= 1 and moderation.results[0].category_scores.sexual_minors < 0.1)
moderation = client.moderations.create(model="omni-moderation-latest", input=["fine", canary, "fine"])
check("moderations: several texts", [r.flagged for r in moderation.results] == [False, True, False])
moderation = client.moderations.create(input=[{"type": "text", "text": "look"}, image(unsafe_picture)])
check("moderations: a picture", len(moderation.results) == 1 and moderation.results[0].flagged and "image" in moderation.results[0].category_applied_input_types.violence)

check("models: list", [m.id for m in client.models.list()][0] == "mock")
check("models: one", client.models.retrieve("mock").object == "model")
check("models: missing", fails(openai.NotFoundError, lambda: client.models.retrieve("nothing")) is not None)

error = fails(openai.BadRequestError, lambda: ask("x", n=99))
check("errors: 400 with its parameter", error is not None and error.param == "n" and error.type == "invalid_request_error")
error = fails(openai.AuthenticationError, lambda: openai.OpenAI(base_url=base, api_key="wrong", max_retries=0).models.list())
check("errors: 401", error is not None and error.code == "invalid_api_key")
error = fails(openai.BadRequestError, lambda: ask([image("https://example.com/x.png")]))
check("errors: a remote picture", error is not None and error.code == "remote_picture_refused")

raw = client.chat.completions.with_raw_response.create(model="mock", messages=[{"role": "user", "content": "headers"}])
check("headers: decision and request id", raw.headers["x-guard-decision"] == "allow" and raw.headers["x-request-id"])
print("openai", openai.__version__)
