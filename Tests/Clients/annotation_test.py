"""The annotation pages in headless Chromium: from the invitation to the export, by keyboard, through a lost connection.

    annotation_test.py PROGRAM DATA [SCREENSHOT-FOLDER]

PROGRAM is the built safe-rlhf-v, DATA a pairwise data set of a few rows. Needs the package playwright and Debian's chromium
(CHROMIUM names another).
"""
import json
import os
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib

from playwright.sync_api import Error, sync_playwright

program, data = sys.argv[1:3]
shots = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
folder = pathlib.Path(tempfile.mkdtemp())
store = folder / "labels"
problems = []


def check(name, holds):
    print(("ok    " if holds else "FAIL  ") + name, flush=True)
    if not holds:
        problems.append(name)


def run(*arguments, text=None):
    return subprocess.run([program, "annotate", *map(str, arguments)], input=text, capture_output=True, text=True, check=True).stdout


with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
address = f"http://127.0.0.1:{port}"


def serve():
    server = subprocess.Popen([program, "annotate", "serve", "--store", store, "--port", str(port), "--log-level", "warning"])
    for _ in range(600):
        try:
            urllib.request.urlopen(address + "/health")
            return server
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def until(page, expression):
    """Asks through the debugger, since the pages' policy allows no eval; a page that is being left cannot answer."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if page.evaluate(expression):
                return
        except Error:
            pass
        page.wait_for_timeout(50)
    raise SystemExit(f"never true: {expression}")


run("init", "--store", store, "--admin", "ann", text="correct horse battery\n")
run("import", "--store", store, "--project", "pilot", "--create", "--data", data, "--prelabels")

# Eighty strings that would run a script where markup or an address is written without care, four to an item, each
# in one of the texts that are shown.
calls = ["document.title='hacked'", "top.hacked=1"]
forms = [
    "<script>{}</script>", "<img src=x onerror={}>", "<svg onload={}>", "\"><script>{}</script>", "'><img src=x onerror={}>", "</p><script>{}</script>",
    "</textarea><script>{}</script>", "</title><script>{}</script>", "<iframe srcdoc=\"<script>{}</script>\">", "<a href=\"javascript:{}\" id=x>x</a>",
    "<body onload={}>", "<details open ontoggle={}>", "<input autofocus onfocus={}>", "<math><mtext></p><script>{}</script>", "<video><source onerror={}>",
    "<object data=\"javascript:{}\">", "<style>@import 'javascript:{}';</style>", "<base href=\"javascript:{}//\">", "<meta http-equiv=refresh content=\"0;javascript:{}\">",
    "\" onmouseover={} x=\"", "' onmouseover={} x='", "` onmouseover={} x=`", "<SCRIPT >{}</SCRIPT >", "<scr<script>ipt>{}</scr</script>ipt>", "&lt;script&gt;{}&lt;/script&gt;",
    "\u0000<script>{}</script>", "<script\u2028>{}</script>", "<!--<script>-->{}<!--</script>-->", "]]><script>{}</script>", "${{{}}}", "{{{{{}}}}}", "<%= {} %>",
    "\\u003cscript\\u003e{}\\u003c/script\\u003e", "</script><script>{}</script>", "<link rel=stylesheet href=\"javascript:{}\">", "<button formaction=\"javascript:{}\">x</button>",
    "<form action=\"javascript:{}\"><input type=submit>", "<template><script>{}</script></template>", "<noscript><p title=\"</noscript><script>{}</script>\">", "<svg><script>{}</script></svg>",
]
corpus = [form.format(call) for form in forms for call in calls]
assert len(corpus) == 80
chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
dot = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
dot += chunk(b"IDAT", zlib.compress((b"\0" + b"\x40\x80\xc0" * 8) * 8)) + chunk(b"IEND", b"")
evil = folder / "evil"
(evil / "pictures").mkdir(parents=True)
(evil / "pictures" / "dot.png").write_bytes(dot)
with open(evil / "train.jsonl", "w") as rows:
    for question, left, right, source in zip(*[iter(corpus)] * 4):
        rows.write(json.dumps({
            "question": question, "image": "pictures/dot.png", "category": "animal_abuse", "image_severity": 0, "response_1": left, "response_2": right,
            "response_1_from": source, "response_2_from": source, "more_helpful_response_id": "1", "is_response_1_safe": "yes", "is_response_2_safe": "yes",
            "safer_response_id": "1", "response_1_harmless_rate": 0, "response_2_harmless_rate": 0, "response_1_helpful_rate": 0, "response_2_helpful_rate": 0}) + "\n")
run("import", "--store", store, "--project", corpus[0], "--create", "--data", evil)
server = serve()

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
    errors = []

    def watched(width=1280, height=900):
        page = browser.new_context(viewport={"width": width, "height": height}).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" and not quiet else None)
        return page

    quiet = False

    def shot(page, name):
        if shots:
            page.screenshot(path=shots / f"{name}.png")

    # The admin invites two annotators and a reviewer.
    admin = watched()
    admin.goto(address)
    check("whoever is not logged in is asked to", admin.url.endswith("/login"))
    shot(admin, "annotation-login")
    admin.fill("[name=name]", "ann")
    admin.fill("[name=password]", "correct horse battery")
    admin.keyboard.press("Enter")
    admin.wait_for_url(address + "/")
    links = []
    for role in ["annotator", "annotator", "reviewer"]:
        admin.goto(address + "/admin")
        admin.select_option("form[action='/admin/invitations'] [name=role]", role)
        admin.select_option("form[action='/admin/invitations'] [name=project]", label="pilot")
        admin.click("text=Make a link")
        links.append(admin.inner_text("#link"))
    check("invitations are links", all(link.startswith("/invitations/") for link in links))
    admin.locator("details", has_text="pilot").last.locator("summary").click()
    pilot = admin.locator("details", has_text="pilot").last
    pilot.locator("[name=overlap]").fill("2")
    pilot.locator("[name=gold_every]").fill("0")
    pilot.locator("button", has_text="Save").click()
    admin.wait_for_url(address + "/admin")
    shot(admin, "annotation-admin-1280")

    def join(link, name, **size):
        page = watched(**size)
        page.goto(address + link)
        page.fill("[name=name]", name)
        page.fill("[name=password]", "a long password")
        page.click("text=Join")
        page.wait_for_url(address + "/")
        page.click("text=pilot")
        return page

    # The first annotator works by keyboard alone.
    bob = join(links[0], "bob")
    bob.keyboard.press("Tab")
    bob.get_by_role("button", name="Next item").focus()
    bob.keyboard.press("Enter")
    bob.wait_for_selector("#annotate")
    check("the picture is covered", "covered.png" in bob.get_attribute("#picture", "src"))
    check("nothing that was said before is shown", "What was said of it before" not in bob.inner_text("main"))
    shot(bob, "annotation-covered-1280")
    bob.keyboard.press("p")
    bob.wait_for_selector("#picture[src$='picture.png']")
    check("P shows it", bob.evaluate("document.querySelector('#picture').decode().then(() => document.querySelector('#picture').naturalWidth > 16)"))
    # More helpful: left, rates 3 and 1; safer: right, harmless rates −2 (1st is −3) and 1.
    for key in ["1", "4", "2", "2", "2", "5"]:
        bob.keyboard.press(key)
    value = lambda page, name: page.evaluate(f"document.querySelector('#annotate').elements['{name}'].value")
    check("keys choose and go on", [value(bob, name) for name in ["helpful_preference", "helpful_rate_left", "safe_preference", "harmless_rate_left"]] == ["left", "3", "right", "-2"])
    check("flag and severity follow the rate", [value(bob, name) for name in ["is_safe_left", "severity_left", "is_safe_right", "severity_right"]] == ["false", "2", "true", "0"])
    for _ in range(5):
        bob.keyboard.press("Enter")
    bob.keyboard.press("2")
    check("the picture's severity too", value(bob, "image_severity") == "1")
    marked = "document.querySelector('.now').textContent"
    here = bob.evaluate(marked)
    bob.keyboard.press("Shift+Enter")
    check("Shift and Enter go back", bob.evaluate(marked) != here)
    bob.keyboard.press("Enter")
    check("Enter goes on", bob.evaluate(marked) == here)
    shot(bob, "annotation-form-1280")
    bob.set_viewport_size({"width": 390, "height": 844})
    check("nothing is wider than a small screen", bob.evaluate("document.documentElement.scrollWidth <= 390"))
    shot(bob, "annotation-form-390")
    bob.set_viewport_size({"width": 1280, "height": 900})

    first = bob.url
    bob.reload()
    check("a draft is back after a reload", "draft is back" in bob.inner_text("#status") and value(bob, "safe_preference") == "right")

    # The server dies while the answer is under way, and comes back.
    quiet = True
    server.kill()
    server.wait()
    bob.keyboard.press("Control+Enter")
    until(bob, "document.querySelector('#status').textContent.includes('trying again')")
    check("a lost connection is said, and the draft kept", bob.evaluate("Object.keys(localStorage).length") == 1)
    server = serve()
    until(bob, f"location.href !== '{first}' && document.querySelector('#annotate')")
    quiet = False
    check("the answer is saved once the server is back, and the next item comes", bob.evaluate("Object.keys(localStorage).length") == 0)

    # A contradiction is asked about; two tabs meet.
    for key in ["2", "4", "1", "1", "7", "7"]:
        bob.keyboard.press(key)
    bob.check("[name=image_severity][value='0']", force=True)
    quiet = True
    bob.keyboard.press("Control+Enter")
    bob.wait_for_selector("#problems li")
    check("a contradiction is named", "preferred for helpfulness, but rated less helpful" in bob.inner_text("#problems"))
    bob.check("[name=helpful_preference][value='left']", force=True)
    second = bob.url
    bob.keyboard.press("Control+Enter")
    until(bob, f"location.href !== '{second}'")
    tab = bob.context.new_page()
    for page in [bob, tab]:
        page.goto(second)
    check("what was said before is shown afterwards", "What was said of it before" in bob.inner_text("main"))
    bob.fill("[name=note]", "from the first tab")
    bob.click("#save")
    until(bob, f"location.href !== '{second}'")
    tab.fill("[name=note]", "from the second tab")
    tab.click("#save")
    tab.wait_for_selector("#problems li")
    shot(tab, "annotation-conflict-1280")
    check("a conflict shows both versions", "from the first tab" in tab.inner_text("#problems") and "from the second tab" in tab.inner_text("#problems"))
    tab.click("text=Save mine as the next version")
    until(tab, f"location.href !== '{second}'")
    tab.goto(second)
    check("all versions are kept", "Your versions (3)" in tab.inner_text("main"))
    quiet = False
    tab.close()

    # The second annotator, on a small screen, disagrees about everything.
    cyd = join(links[1], "cyd", width=390, height=844)
    shot(cyd, "annotation-project-390")
    cyd.click("text=Next item")
    while cyd.locator("#annotate").count():
        for key in ["2", "1", "4", "1", "5", "1"]:
            cyd.keyboard.press(key)
        cyd.check("[name=image_severity][value='0']", force=True)
        here = cyd.url
        cyd.keyboard.press("Control+Enter")
        until(cyd, f"location.href !== '{here}'")
        cyd.wait_for_load_state()
    check("the queue ends with thanks", "Nothing is left for you" in cyd.inner_text("main"))

    # The reviewer decides where they disagree.
    rev = join(links[2], "rev")
    rev.click("a:has-text('Review')")
    waiting = rev.locator("tbody tr").count()
    check("disagreements wait for the reviewer", waiting >= 1)
    rev.locator("tbody a").first.click()
    check("all answers are shown under aliases", rev.locator("main table tbody tr").count() == 2 and "annotator-" in rev.inner_text("main table"))
    shot(rev, "annotation-review-1280")
    for name, chosen in {"helpful_preference": "left", "helpful_rate_left": "3", "helpful_rate_right": "1", "safe_preference": "left", "harmless_rate_left": "1",
                         "harmless_rate_right": "-1", "is_safe_left": "true", "is_safe_right": "false", "severity_left": "0", "severity_right": "1", "image_severity": "0"}.items():
        rev.check(f"[name={name}][value='{chosen}']", force=True)
    rev.click("#save")
    rev.wait_for_url("**/review")
    check("a decision takes the item from the list", rev.locator("tbody tr").count() == waiting - 1)

    # The admin sees how far it is, and exports.
    admin.goto(address)
    admin.click("text=pilot")
    check("progress names everybody's answers", admin.locator("main table tbody tr").count() >= 2)
    shot(admin, "annotation-progress-1280")
    with admin.expect_download() as download:
        admin.click("text=Ratings (JSONL)")
    ratings = [json.loads(line) for line in open(download.value.path())]
    check("ratings are exported", len(ratings) % 12 == 0 and {rating["annotator"] for rating in ratings} >= {rating["annotator"] for rating in ratings[:1]} and len({rating["annotator"] for rating in ratings}) == 2)
    with admin.expect_download() as download:
        admin.click("text=Pairs (Parquet)")
    check("pairs are exported", open(download.value.path(), "rb").read(4) == b"PAR1")

    # Structure for screen readers, on every kind of page.
    for page, path in [(bob, second), (admin, address + "/admin"), (rev, rev.url)]:
        page.goto(path)
        check(f"every field has a label, every page one heading: {path.removeprefix(address)}", page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden]), textarea, select')].every(f => f.labels.length === 1) && document.querySelectorAll('h1').length === 1 && document.querySelector('main') !== null && [...document.querySelectorAll('fieldset')].every(f => f.querySelector('legend'))"))

    # Nothing of what was imported runs: every text of the corpus, in every field, on every page that shows it.
    admin.goto(address)
    admin.locator("a", has_text="<script>").first.click()
    project = admin.url
    shown = 0
    for note in corpus[3::4]:
        admin.goto(project)
        admin.click("text=Next item")
        admin.wait_for_selector("#annotate")
        here = admin.url
        for key in ["1", "1", "1", "1", "4", "4"]:
            admin.keyboard.press(key)
        admin.check("[name=image_severity][value='0']", force=True)
        admin.fill("[name=note]", note)
        admin.click("#save")
        until(admin, f"location.href !== '{here}'")
        admin.goto(here)
        shown += 1
        if admin.evaluate("window.hacked || document.title === 'hacked' || document.querySelectorAll('main script, main iframe, main svg, main object, main video').length > 0"):
            check(f"nothing imported runs: item {shown}", False)
    check(f"nothing imported runs: {4 * shown} hostile texts", shown == 20)
    for path in ["/", "/admin", "/admin/audit", project.removeprefix(address), project.removeprefix(address) + "/history", project.removeprefix(address) + "/review"]:
        admin.goto(address + path)
        check(f"nor on {path}", admin.evaluate("!window.hacked && document.title !== 'hacked' && document.querySelectorAll('main script').length === 0"))
    check("the browser reported no error", errors == [])
    if errors:
        print("\n".join(errors[:10]))
    browser.close()
server.terminate()
server.wait()
out = run("export", "--store", store, "--project", "pilot", "--pairs", folder / "train.parquet", "--ratings", folder / "ratings.jsonl")
check("the program exports the same", len(open(folder / "ratings.jsonl").readlines()) == len(ratings))
agreement = run("agreement", folder / "ratings.jsonl", "--resamples", "0")
check("agreement is measured on the ratings", "safe_preference: 2 annotators, 2 labels" in agreement)
check("the store is sound", run("check", "--store", store).startswith("sound"))
print(out + agreement)
sys.exit(1 if problems else 0)
