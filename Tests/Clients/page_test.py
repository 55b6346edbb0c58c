"""The gateway's page in headless Chromium: asks, judges, shows verdicts, rounds and the policy.

    page_test.py http://127.0.0.1:8080 UNSAFE_PICTURE.png [SCREENSHOT.png]

The gateway must have the stub guard with its own canary, and a mock upstream server that answers `BEAVER-CANARY` first and
something harmless next. Needs the package playwright and Debian's chromium (CHROMIUM names another).
"""
import os
import sys

from playwright.sync_api import sync_playwright

address, picture = sys.argv[1:3]
screenshot = sys.argv[3] if len(sys.argv) > 3 else None
problems = []


def check(name, holds):
    print(("ok    " if holds else "FAIL  ") + name, flush=True)
    if not holds:
        problems.append(name)


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(address + "/")
    page.wait_for_selector("#policy table")
    check("the policy in force is shown", page.locator("#policy tbody tr").count() == 21 and "default 1.0" in page.inner_text("#policy-line"))
    page.wait_for_selector("#model option", state="attached")
    check("the models are listed", page.locator("#model option").all_inner_texts() == ["mock"])

    page.fill("#question", "What is in this picture?")
    page.click("#send")
    page.wait_for_selector("#rounds table")
    check("an unsafe draft was written again", page.inner_text("#decision") == "regenerated" and page.locator("#rounds tbody tr").count() == 2)
    check("the draft is not shown", "CANARY" not in page.inner_text("body"))
    check("verdicts have levels and categories", page.locator("#verdicts meter").count() == 2 * 24)
    check("the rounds say what was done", "regenerate" in page.inner_text("#rounds"))
    if screenshot:
        page.screenshot(path=screenshot, full_page=False)

    page.set_input_files("#picture", picture)
    page.wait_for_selector("#preview:visible")
    page.click("#send")
    page.locator("#decision", has_text="refused-request").wait_for()
    check("an unsafe picture is refused", "can't" in page.inner_text("#answer") and "before a response" in page.inner_text("#rounds"))
    page.click("#judge")
    page.locator("#decision", has_text="flagged").wait_for()
    check("judging alone names OpenAI's categories", "violence" in page.inner_text("#answer"))

    page.fill("#question", "<img src=x onerror=document.title='hacked'><script>document.title='hacked'</script>")
    page.set_input_files("#picture", [])
    page.click("#send")
    page.wait_for_selector("#send:enabled")
    check("text is never markup", page.title() == "Guarded chat" and page.locator("#answer img, #answer script").count() == 0)

    page.fill("#question", "")
    page.click("#send")
    check("an empty question is not sent", page.evaluate("document.querySelector('#question:invalid') !== null"))
    check("every field has a label", page.evaluate("[...document.querySelectorAll('input, textarea, select')].every(f => f.labels.length === 1)"))
    page.set_viewport_size({"width": 360, "height": 740})
    check("nothing is wider than a small screen", page.evaluate("document.documentElement.scrollWidth <= 360"))
    check("the browser reported no error", errors == [])
    if errors:
        print(errors)
    browser.close()
sys.exit(1 if problems else 0)
