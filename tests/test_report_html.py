import base64
import hashlib
import html
import http.server
import io
import re
import shutil
import struct
import subprocess
import threading
import zlib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import msgspec
import numpy as np
import pytest
import report_samples as samples

from grader.report.html import MAX_OUTPUT, TEMPLATES, render
from grader.report.png import encode
from grader.report.text import LOOKS
from grader.results import Case, Cell, Check, Difference, Place, Quantity, Result, Verdict

VOID = {"meta", "input", "br", "rect", "path", "use", "img"}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    path: tuple[str, ...]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """The elements of a page in order, each with all the text within it."""

    source: str
    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self):
        super().__init__()
        self.feed(self.source)
        self.close()

        assert not self.open, "every element is closed"

    def handle_starttag(self, tag, attributes):
        element = Element(tag, dict(attributes), tuple(e.tag for e in self.open))
        assert len(attributes) == len(element.attributes), "no attribute is given twice"
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attributes):
        self.elements.append(Element(tag, dict(attributes), tuple(e.tag for e in self.open)))

    def handle_endtag(self, tag):
        if tag in VOID:  # as one of SVG's may have it
            return
        assert self.open.pop().tag == tag

    def handle_data(self, data):
        for element in self.open:
            element.text += data

    def all(self, tag, **attributes):
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.elements
            if element.tag == tag and wanted.items() <= element.attributes.items()
        ]

    def one(self, tag, **attributes):
        (element,) = self.all(tag, **attributes)
        return element


ALL_SAMPLES = pytest.mark.parametrize(
    "sample", [samples.mixed, samples.perfect, samples.unreadable, samples.hostile]
)


def with_cases(*cases, **quantity):
    """A result with one quantity that holds `cases`."""
    fields = {"message": "A message.", "diagnosis": None, "verdict": "wrong", **quantity}
    result = samples.mixed()
    one = Quantity(name="dW1", score=0, max_score=3, cases=cases, **fields)
    check = Check("backward", "Backward pass", 0, 3, (one,))
    return msgspec.structs.replace(result, checks=(check,), causes=(), cells=())


# --- safety ------------------------------------------------------------------------------------


@ALL_SAMPLES
def test_the_policy_allows_this_style_and_nothing_else(sample):
    page = Page(render(sample()))

    style = page.one("style").text
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = page.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


@ALL_SAMPLES
def test_the_page_makes_no_request_and_runs_no_script(sample):
    page = Page(render(sample()))

    tags = {element.tag for element in page.elements}
    assert not tags & {"script", "iframe", "link", "object", "embed", "base", "form"}
    assert "url(" not in page.one("style").text
    assert "@import" not in page.one("style").text
    for element in page.elements:
        for name, value in element.attributes.items():
            assert name != "style"
            assert not name.startswith("on")
            assert name not in {"srcset", "action", "formaction", "ping", "poster"}
            if name == "src":
                assert element.tag == "img"
                assert value.startswith("data:image/png;base64,")
            if name == "href":
                assert value.startswith("#")


def test_what_a_submission_writes_appears_only_as_text():
    source = render(samples.hostile())
    harmless = Page(render(samples.mixed()))
    page = Page(source)

    assert {e.tag for e in page.elements} <= {e.tag for e in harmless.elements}
    assert "<h1>10/10" not in source
    assert "{{7*7}}" in source
    assert page.one("title").text.startswith("<script>document.title='owned'</script>")
    assert page.one("p", role="note").text.startswith("\n".join(samples.PAYLOADS[:5]))
    assert "\n&lt;b&gt; &amp;\n" in page.one("p", role="note").text


def test_characters_that_act_unseen_are_shown_as_their_escapes():
    source = render(samples.hostile())

    assert not re.search(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", source
    )
    assert r"abc\u202egnp.exe\u2066\u2069\u200f" in source
    assert r"nul\x00bell\x07csi\x9bdel\x7f\ud800" in source
    assert r"red\x1b]8;;" in source, "colours go, every other escape is shown"
    source.encode("utf-8")


def test_every_character_that_acts_unseen_is_caught_in_every_text_of_a_result():
    def spoil(value):
        if isinstance(value, str):
            return value + "\u202e\x1b<b>"
        if isinstance(value, dict):
            return {spoil(key): spoil(item) for key, item in value.items()}
        if isinstance(value, list):
            return [spoil(item) for item in value]
        return value

    def restore(spoilt, original):
        for name in ("schema", "status", "state", "kind", "verdict", "png"):
            if isinstance(original, dict) and name in original:
                spoilt[name + "\u202e\x1b<b>"] = original[name]
        if isinstance(original, dict):
            pairs = zip(list(spoilt), list(original), strict=True)
            return {old: restore(spoilt[new], original[old]) for new, old in pairs}
        if isinstance(original, list):
            return [restore(a, b) for a, b in zip(spoilt, original, strict=True)]
        return spoilt

    original = msgspec.to_builtins(samples.mixed())
    result = msgspec.convert(restore(spoil(original), original), Result)

    source = render(result)

    assert "\u202e" not in source
    assert "\x1b" not in source
    assert "<b>" not in source.replace('<p class="score"><b>', "")


def test_very_long_text_is_cut_and_says_so():
    cell = Cell("code cell 1", "x = 1", "ran", output="a" * (MAX_OUTPUT + 1234))
    result = msgspec.structs.replace(samples.mixed(), cells=(cell,))

    (output,) = Page(render(result)).all("pre", class_="out")

    assert output.text == "a" * MAX_OUTPUT + "… (1234 more characters)"


def test_a_hidden_case_shows_its_verdict_and_message_and_no_numbers():
    difference = Difference((("[4242]", "4.4444", "5.5555"),), 6666, 7777, ((4,),), (8888, 1))
    place = Place("code cell 9999", 3333)
    case = Case("secret", True, "wrong", "Values differ.", 0.2222, (1111,), difference, place)

    source = render(with_cases(case))

    body = Page(source).one("table", class_="cases").text
    assert body.split()[-5:] == ["secret", "hidden", "Wrong", "Values", "differ."]
    for number in ("4242", "4.4", "5.5", "6666", "7777", "8888", "9999", "3333", "0.22", "1111"):
        assert number not in source


# --- content -----------------------------------------------------------------------------------


def test_the_title_holds_the_file_and_the_score():
    page = Page(render(samples.mixed()))

    assert page.one("html").attributes == {"lang": "en"}
    assert (
        page.one("title").text == "seed002_backprop_mse.ipynb: 12.5 / 24 · Backpropagation by hand"
    )
    meter = page.one("meter")
    assert (meter.attributes["value"], meter.attributes["max"]) == ("12.5", "24")


def test_causes_come_before_checks_before_notes_before_cells():
    headings = [heading.text for heading in Page(render(samples.mixed())).all("h2")]

    assert headings == ["What went wrong", "Checks", "Notes", "Your cells"]


@ALL_SAMPLES
def test_every_link_leads_somewhere_and_every_anchor_is_unique(sample):
    page = Page(render(sample()))

    anchors = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
    assert len(anchors) == len(set(anchors))
    for element in page.elements:
        if "href" in element.attributes:
            assert element.attributes["href"][1:] in anchors
        for name in ("aria-labelledby", "for"):
            assert element.attributes.get(name, anchors[0]) in anchors


def test_a_cause_links_the_quantities_it_explains():
    page = Page(render(samples.mixed()))

    names = page.all("a", class_="mono")
    targets = {link.text: link.attributes["href"][1:] for link in names}
    assert list(targets) == [
        "backward.L",
        "backward.db1",
        "backward.dW2",
        "backward.db2",
        "backward.dW1",
    ]
    for name, anchor in targets.items():
        details = page.one("details", id=anchor)
        assert "open" in details.attributes
        assert details.text.split()[0] == name.removeprefix("backward.")


def test_a_cause_shows_the_failing_line_marked_among_its_neighbours():
    page = Page(render(samples.mixed()))

    mark = page.all("mark")[0]
    assert mark.text == "    dLdb2 = np.dot(ones.T, dLdZ2)\n"
    assert mark.attributes == {"data-n": "16"}
    around = page.all("pre")[0].text.splitlines()
    assert len(around) == 7
    assert around[0] == "    dLdW2 = np.dot(H.T, dLdZ2)"


@pytest.mark.parametrize("place", [Place("code cell 6 (In [8])", 99), Place("nowhere", 1)])
def test_a_place_that_the_submission_does_not_have_is_named_without_source(place):
    result = samples.mixed()
    cause = msgspec.structs.replace(result.causes[0], place=place)

    page = Page(render(msgspec.structs.replace(result, causes=(cause,))))

    item = page.one("li", id="cause-1")
    assert f"{place.cell}, line {place.line}" in item.text
    assert not [pre for pre in page.all("pre") if "ol" in pre.path]


def test_what_passed_is_closed_and_what_did_not_is_open():
    page = Page(render(samples.mixed()))

    rows = [e for e in page.all("details") if e.attributes.get("id", "").startswith("q-")]
    states = {row.text.split()[0]: "open" in row.attributes for row in rows}
    assert [name for name, is_open in states.items() if not is_open] == ["S", "Z1", "H", "Z2", "Y"]


def test_a_hint_is_given_once_and_each_quantity_leads_to_its_cause():
    page = Page(render(samples.mixed()))

    assert page.one("body").text.count(samples.HARD_CODED_HINT) == 1
    assert len(page.all("a", href="#cause-1")) == 4


def test_a_diagnosis_without_a_listed_cause_gives_its_own_hint():
    result = msgspec.structs.replace(samples.mixed(), causes=())

    body = Page(render(result)).one("body").text

    assert body.count(samples.TRANSPOSED_HINT) == 1
    assert "What went wrong" not in body


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_every_verdict_has_an_icon_and_a_word(verdict):
    case = Case("handout", False, verdict, "A message.")

    page = Page(render(with_cases(case, verdict=verdict)))

    row = page.one("details", id="q-1-1")
    assert LOOKS[verdict].label in row.text
    assert page.one("symbol", id=f"i-{LOOKS[verdict].icon}")
    assert page.all("use", href=f"#i-{LOOKS[verdict].icon}")


def test_the_entries_that_differ_stand_in_a_table_beside_a_map():
    page = Page(render(samples.mixed()))

    small, large = (t for t in page.all("table") if "class" not in t.attributes)
    assert small.text.split("\n")[1].startswith("4 of 6 entries differ in case handout")
    assert "-0.97824" in small.text
    assert "412 of 1000 entries differ" in large.text
    maps = page.all("svg", role="img")
    assert maps[0].attributes["aria-label"] == "Where W1_after_1_epoch differs: 4 of 6 entries"
    captions = [c.text.strip() for c in page.all("figcaption")][1:]
    assert captions == [
        "Where it differs",
        "Where it differs; each field stands for 50 rows by 1 column",
    ]


def test_a_map_draws_a_field_for_every_block_that_is_not_right():
    page = Page(render(with_cases(Case("a", False, "wrong", "", difference=samples.SMALL))))

    rects = [e.attributes for e in page.all("rect") if "y" in e.attributes]
    assert [(r["class"], r["x"], r["y"]) for r in rects] == [
        ("l2", "0", "0"),
        ("l1", "28", "28"),
        ("l1", "0", "56"),
        ("l4", "28", "56"),
    ]


@pytest.mark.parametrize("levels", [(), ((),), ((0,) * 500,) * 500, ((9, -1), (0,))])
def test_a_map_of_any_shape_is_drawn_or_left_out(levels):
    difference = Difference((), 0, 0, levels, (1, 1))

    assert len(render(with_cases(Case("a", False, "wrong", "", difference=difference)))) < 40_000


def test_a_cell_that_failed_is_open_with_its_line_marked_and_others_are_closed():
    page = Page(render(samples.mixed()))

    rows = [e for e in page.all("details") if e.text.strip().startswith("code cell")]
    assert ["open" in row.attributes for row in rows] == [False] * 6 + [True, True, False]
    assert "ModuleNotFoundError" in rows[6].text
    assert page.all("mark")[1].text == "from tensorflow.keras.datasets import cifar10\n"
    assert "costs no points" in page.one("section", aria_labelledby="cells").text


def test_a_cell_shows_its_figures_and_says_in_words_what_they_show():
    page = Page(render(samples.mixed()))

    image = page.one("img")
    assert base64.b64decode(image.attributes["src"].split(",")[1]) == samples.PNG
    said = "Training; L over epoch; line train with 100 points; line with 1 point"
    assert image.attributes["alt"] == said
    (cell,) = [e for e in page.all("details") if e.text.strip().startswith("code cell 7")]
    assert "A figure, not pictured here: Digits. Plot 1: 1 image. Plot 2: empty" in cell.text


def read_png(data):
    """Return the pixels of an RGB file with the filters "none", "sub" and "up"."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, compressed = 8, b""
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        content = data[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, at + 8 + length)
        assert checksum == zlib.crc32(kind + content)
        if kind == b"IHDR":
            width, height, *rest = struct.unpack(">IIBBBBB", content)
            assert rest == [8, 2, 0, 0, 0]
        compressed += content if kind == b"IDAT" else b""
        at += 12 + length
    rows = np.frombuffer(zlib.decompress(compressed), np.uint8).reshape(height, 1 + 3 * width)
    pixels, above = [], np.zeros((width, 3), np.uint8)
    for row in rows:
        now = row[1:].reshape(width, 3)
        if row[0] == 1:
            now = np.cumsum(now, axis=0, dtype=np.uint8)
        elif row[0] == 2:
            now = now + above
        pixels.append(now)
        above = now
    return np.array(pixels), set(rows[:, 0])


NOISE = np.random.default_rng(0).integers(0, 256, (31, 17, 3), np.uint8)
SLOPE = np.add.outer(np.arange(90), np.arange(70) % 7)[..., None] * np.array([1, 2, 3])


@pytest.mark.parametrize(
    ("pixels", "filters"),
    [
        (NOISE, None),
        (np.zeros((1, 1, 3), np.uint8), {0}),
        (np.full((600, 800, 3), 255, np.uint8), {0}),
        (SLOPE.astype(np.uint8), None),
        (np.cumsum(NOISE // 64, axis=1, dtype=np.uint8), {1}),
        (np.cumsum(NOISE // 64, axis=0, dtype=np.uint8), {2}),
    ],
)
def test_a_png_file_holds_the_pixels_that_were_encoded(pixels, filters):
    data = encode(pixels)
    read, used = read_png(data)

    np.testing.assert_array_equal(read, pixels)
    assert filters is None or filters <= used
    assert encode(pixels.copy()) == data


def test_another_decoder_reads_a_png_file_as_well():
    image = pytest.importorskip("matplotlib.image")

    read = image.imread(io.BytesIO(encode(NOISE)))

    np.testing.assert_array_equal((read * 255).round(), NOISE)


@pytest.mark.parametrize("pixels", [NOISE[..., :2], NOISE[0], NOISE[:0], NOISE.astype(np.int64)])
def test_what_is_no_rgb_is_refused(pixels):
    with pytest.raises(ValueError, match="not RGB uint8"):
        encode(pixels)


def test_a_submission_that_could_not_be_read_says_why_and_shows_no_score():
    page = Page(render(samples.unreadable()))

    assert page.one("p", role="note").text == samples.unreadable().message
    assert not page.all("meter")
    assert page.one("title").text == "homework.ipynb: Not graded · Submission"


def test_full_marks_are_only_shown_for_all_points():
    nearly = msgspec.structs.replace(samples.mixed(), score=99.99, max_score=100)

    assert "99.9 %" in render(nearly)
    assert "100 %" in render(samples.perfect())


# --- accessibility and size --------------------------------------------------------------------


@ALL_SAMPLES
def test_tables_have_captions_and_scopes_and_scrolling_regions_can_be_reached(sample):
    page = Page(render(sample()))

    assert len(page.all("table")) == len(page.all("caption"))
    assert all("scope" in header.attributes for header in page.all("th"))
    for pre in page.all("pre"):
        assert pre.attributes["tabindex"] == "0"
        assert pre.attributes["role"] == "region"
        assert pre.attributes["aria-label"]


def test_colours_can_be_read_in_light_and_dark():
    palettes = re.findall(r":root \{(.*?)\}", (TEMPLATES / "report.css").read_text(), re.DOTALL)
    for palette in palettes[:2]:
        colour = dict(re.findall(r"--(\w+): (#\w{6});", palette))
        for ground in ("ground", "raised"):
            for ink in ("ink", "quiet", "link", "good", "carried", "bad", "none"):
                assert contrast(colour[ink], colour[ground]) >= 4.5, (ink, ground)
        assert contrast(colour["bad"], colour["hit"]) >= 4.5


def contrast(one, other):
    def luminance(colour):
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_an_ordinary_report_is_small():
    assert len(render(samples.mixed()).encode()) < 60_000


# --- in a browser ------------------------------------------------------------------------------


def browse(page: Path, *flags: str) -> str:
    """Return the document that Chromium makes of a file."""
    profile = page.parent / "profile"
    command = [
        *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
        *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
        *("--disable-sync", f"--user-data-dir={profile}", *flags, "--dump-dom", page.as_uri()),
    ]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()


@pytest.fixture
def counting_server():
    requests = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self.path)
            self.send_error(404)

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", requests
        server.shutdown()
        thread.join()


needs_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


class TestInABrowser:
    pytestmark = needs_browser

    def test_a_hostile_submission_reaches_no_server(self, tmp_path, counting_server):
        url, requests = counting_server
        page = tmp_path / "report.html"
        page.write_text(render(samples.hostile(url)), encoding="utf-8")

        document = browse(page)

        assert "&lt;script&gt;document.title='owned'" in document
        assert "<title>owned" not in document
        assert requests == []

    def test_the_policy_stops_what_would_reach_a_server(self, tmp_path, counting_server):
        url, requests = counting_server
        attack = samples.remote(url)
        source = render(samples.mixed())
        page = tmp_path / "report.html"

        page.write_text(source.replace("</main>", attack + "</main>"), encoding="utf-8")
        browse(page)
        assert requests == []

        policy = re.search(r'<meta http-equiv="Content-Security-Policy".*', source).group()
        page.write_text(
            source.replace(policy, "").replace("</main>", attack + "</main>"), encoding="utf-8"
        )
        browse(page)
        assert requests, "without the policy the same page does reach it"

    @pytest.mark.parametrize("sample", [samples.mixed, samples.hostile])
    def test_a_narrow_window_does_not_scroll_sideways(self, tmp_path, sample):
        framed = tmp_path / "framed.html"
        framed.write_text(
            "<title>none</title><style>iframe{border:0;width:320px;height:900px}</style>"
            f'<iframe srcdoc="{html.escape(render(sample()))}"></iframe><script>onload = () => {{'
            "const page = frames[0].document;"
            "page.querySelectorAll('details').forEach(row => row.open = true);"
            "document.title = page.scrollingElement.scrollWidth}</script>",
            encoding="utf-8",
        )

        width = re.search("<title>(.*?)</title>", browse(framed)).group(1)

        assert int(width) <= 320

    def test_the_style_is_applied_pictures_are_shown_and_the_filter_hides_what_passed(
        self, tmp_path
    ):
        framed = tmp_path / "framed.html"
        framed.write_text(
            "<title>none</title>"
            f'<iframe srcdoc="{html.escape(render(samples.mixed()))}"></iframe><script>'
            "onload = () => {const page = frames[0].document;"
            "const shown = () => [...page.querySelectorAll('details.row')]"
            ".filter(row => row.checkVisibility()).length;"
            "const all = shown(); page.getElementById('only').click();"
            "const image = page.querySelector('img'); page.querySelectorAll('details').forEach("
            "row => row.open = true);"
            "document.title = [all, shown(), image.naturalWidth, image.clientHeight].join(' ')}"
            "</script>",
            encoding="utf-8",
        )

        assert "<title>22 17 64 48</title>" in browse(framed)
