"""The unchanging parts of an OpenDocument text: namespaces, manifest, styles of page and text."""

from __future__ import annotations

from types import MappingProxyType

_URN = "urn:oasis:names:tc:opendocument:xmlns:"
_NAMES = MappingProxyType(
    {
        "office": f"{_URN}office:1.0",
        "style": f"{_URN}style:1.0",
        "text": f"{_URN}text:1.0",
        "table": f"{_URN}table:1.0",
        "meta": f"{_URN}meta:1.0",
        "svg": f"{_URN}svg-compatible:1.0",
        "fo": f"{_URN}xsl-fo-compatible:1.0",
        "dc": "http://purl.org/dc/elements/1.1/",
        "xlink": "http://www.w3.org/1999/xlink",
    }
)
NAMESPACES = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in _NAMES.items())

_FILES = ("content.xml", "styles.xml", "meta.xml")
MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<manifest:manifest xmlns:manifest="{_URN}manifest:1.0" manifest:version="1.3">'
    '<manifest:file-entry manifest:full-path="/" manifest:version="1.3" '
    'manifest:media-type="application/vnd.oasis.opendocument.text"/>'
    + "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>'
        for name in _FILES
    )
    + "</manifest:manifest>"
)

WIDTH = 25.7
"""Centimetres between the margins of A4 across."""
_LINE = "0.5pt solid #9aa5ab"
TABLE_STYLES = f"""
<style:style style:name="Table" style:family="table"><style:table-properties
  style:width="{WIDTH}cm" table:align="margins" fo:margin-bottom="0.4cm"/></style:style>
<style:style style:name="Row" style:family="table-row"><style:table-row-properties
  fo:keep-together="always"/></style:style>
<style:style style:name="Cell" style:family="table-cell"><style:table-cell-properties
  fo:padding="0.09cm" fo:border="{_LINE}"/></style:style>
<style:style style:name="Heading" style:family="table-cell"><style:table-cell-properties
  fo:padding="0.09cm" fo:border="{_LINE}" fo:background-color="#e6eaec"/></style:style>
"""


def _paragraph(name: str, display: str, properties: str = "", text: str = "") -> str:
    level = f' style:default-outline-level="{name[-1]}"' if name.startswith("Heading") else ""
    return (
        f'<style:style style:name="{name}" style:display-name="{display}" '
        f'style:family="paragraph" style:class="text"{level}>'
        f"<style:paragraph-properties {properties}/><style:text-properties {text}/></style:style>"
    )


_BOLD = 'fo:font-weight="bold"'
_KEPT = 'fo:keep-with-next="always"'
_PARAGRAPHS = "".join(
    (
        _paragraph("Standard", "Standard"),
        _paragraph(
            "Title", "Title", f'fo:margin-bottom="0.3cm" {_KEPT}', f'{_BOLD} fo:font-size="17pt"'
        ),
        _paragraph(
            "Heading_20_1",
            "Heading 1",
            f'fo:margin-top="0.6cm" fo:margin-bottom="0.2cm" {_KEPT}',
            f'{_BOLD} fo:font-size="13pt"',
        ),
        _paragraph("Lead", "Lead", 'fo:margin-bottom="0.2cm"', 'fo:font-size="11pt"'),
        _paragraph("Text_20_body", "Text body", 'fo:margin-bottom="0.3cm"'),
        _paragraph("Table_20_Contents", "Table Contents", "", 'fo:font-size="9pt"'),
        _paragraph("Own", "Own", "", f'fo:font-size="9pt" {_BOLD}'),
        _paragraph("Table_20_Heading", "Table Heading", "", f'fo:font-size="9pt" {_BOLD}'),
        _paragraph(
            "Heading_20_2",
            "Heading 2",
            f'fo:margin-top="0.2cm" fo:margin-bottom="0.1cm" {_KEPT}',
            f'{_BOLD} fo:font-size="11pt"',
        ),
        _paragraph("Fact", "Fact", f'fo:margin-bottom="0.05cm" {_KEPT}', 'fo:font-size="9pt"'),
        _paragraph("Gap", "Gap", "", 'fo:font-size="6pt"'),
        _paragraph(
            "Source",
            "Source",
            'fo:margin-left="1cm" fo:text-indent="-1cm" fo:margin-bottom="0.1cm"',
            'fo:font-size="9pt"',
        ),
        _paragraph("State", "State", 'fo:margin-top="0.5cm"', 'fo:font-size="9pt"'),
        _paragraph("Footer", "Footer", "", 'fo:font-size="8pt"'),
    )
)

STYLES = f"""
<office:font-face-decls><style:font-face style:name="Body"
  svg:font-family="'Liberation Sans', Arial, sans-serif"
  style:font-family-generic="swiss"/></office:font-face-decls>
<office:styles>
<style:default-style style:family="paragraph"><style:paragraph-properties fo:orphans="2"
  fo:widows="2" style:tab-stop-distance="1cm"/><style:text-properties style:font-name="Body"
  fo:font-size="10pt" fo:language="{{language}}" fo:country="{{country}}"/></style:default-style>
<style:default-style style:family="table"/>
{_PARAGRAPHS}
</office:styles>
<office:automatic-styles><style:page-layout style:name="Page"><style:page-layout-properties
  fo:page-width="29.7cm" fo:page-height="21cm" style:print-orientation="landscape"
  fo:margin-top="1.8cm" fo:margin-bottom="1.5cm" fo:margin-left="2cm" fo:margin-right="2cm"/>
  <style:footer-style><style:header-footer-properties fo:min-height="0.8cm"
  fo:margin-top="0.3cm"/></style:footer-style></style:page-layout></office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="Page">
<style:footer><text:p text:style-name="Footer">{{footer}} – {{page}} <text:page-number
  text:select-page="current">1</text:page-number> {{of}} <text:page-count>1</text:page-count>
</text:p></style:footer></style:master-page></office:master-styles>
"""
"""To be filled with language, country, footer, page and of."""
