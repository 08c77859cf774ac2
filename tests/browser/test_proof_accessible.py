"""Check 1: no rule of axe-core finds anything, whatever is shown, and however."""

from __future__ import annotations

import pytest
from notice_texts import LANGUAGES
from pages_site import OTHERS, STATES

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced": {"color_scheme": "dark", "forced_colors": "active"},
}
AXE = """async ([tags, off]) => {
  const rules = Object.fromEntries(off.map(rule => [rule, {enabled: false}]));
  const found = await axe.run({runOnly: {type: "tag", values: tags}, rules});
  const told = found.violations.map(
    v => v.id + ": " + v.nodes.map(n => n.html.slice(0, 200)).join(" | "));
  const looked = [...found.passes, ...found.violations];
  return [told, Object.fromEntries(looked.map(r => [r.id, r.nodes.length]))];
}"""
# axe-core reads -webkit-text-fill-color, which keeps the page's own value where the
# system's colours are forced; what is painted is `color`.
PALE = r"""() => {
  const light = text => text.match(/[0-9.]+/g).slice(0, 3).map(part => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }).reduce((sum, part, n) => sum + part * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = at => {
    const found = getComputedStyle(at).backgroundColor;
    if (!/rgba.*, 0\)/.test(found)) return found;
    if (at.parentElement) return behind(at.parentElement);
    at.style.background = "Canvas";
    return getComputedStyle(at).backgroundColor;
  };
  const ratio = at => {
    const both = [light(getComputedStyle(at).color), light(behind(at))].sort();
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
  };
  const said = at => [...at.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  return [...document.body.querySelectorAll("*")]
    .filter(at => !["SCRIPT", "STYLE"].includes(at.tagName) && said(at))
    .filter(at => ratio(at) < 4.5).map(at => at.outerHTML.slice(0, 200));
}"""
SHOWN = [*STATES, *OTHERS]
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true })"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", SHOWN)
def test_nothing_shown_shuts_anybody_out(open_page, axe, state, language, scheme):
    path = (STATES | OTHERS)[state]
    page = open_page(path, locale=language, bypass_csp=True)
    page.emulate_media(**SCHEMES[scheme])
    page.evaluate(OPEN_ALL)
    page.add_script_tag(content=axe)
    off = ["color-contrast"] if scheme == "forced" else []
    violations, looked = page.evaluate(AXE, [TAGS, off])
    assert violations == []
    # Off by default: were it not asked for by its tag, nobody would look.
    assert looked["target-size"] > 0
    assert off or looked["color-contrast"] > 0
    assert page.evaluate(PALE) == []


def test_a_fault_would_be_found(open_page, axe):
    page = open_page(bypass_csp=True)
    page.evaluate(
        """document.querySelector("main").insertAdjacentHTML("beforeend",
          `<button style="all:unset;font-size:4px;width:9px;height:9px">x</button
           ><button style="all:unset;font-size:4px;width:9px;height:9px">y</button
           ><p style="color:#ccc;background:#fff">pale</p>`)"""
    )
    page.add_script_tag(content=axe)
    violations, _ = page.evaluate(AXE, [TAGS, []])
    found = {violation.partition(":")[0] for violation in violations}
    assert found >= {"target-size", "color-contrast"}
    assert any("pale" in html for html in page.evaluate(PALE))


def test_a_closed_page_is_as_sound_as_an_open_one(open_page, axe):
    page = open_page(bypass_csp=True)
    page.add_script_tag(content=axe)
    assert page.evaluate(AXE, [TAGS, []])[0] == []
