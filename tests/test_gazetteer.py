"""The tool that turns the official register into the gazetteer: records, errors, round trip."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse
from tools.gv.command import Asked, make, run, slug

from kg.errors import KgError, Place
from kg.rdf.canonical import canonical
from kg.settings import read_project

ROOT = Path(__file__).parents[1]
FACTS = ROOT.parent / "shared" / "facts"
REGISTERS = sorted(FACTS.glob("GV100AD_*.txt"))
PROJECT = read_project(ROOT)
SPACES = {space: prefix for prefix, space in PROJECT.prefixes.items()}
HEAD = "ags,population,population_date,wikidata,wikidata_sources,lat,lon,coord_source,nuts3\n"
Said = dict[str, dict[str, list[str]]]


def record(kind: str, key: str, name: str, **more: str | int) -> str:
    """One line of the register; `union`, `mark`, `area`, `people`, `postcode`, `day`."""
    line = f"{kind}{more.get('day', '20270131')}{key:<8}{more.get('union', ''):<4}{name:<50}"
    line = f"{line:<122}{more.get('mark', ''):<2}"
    if kind == "60":
        line = f"{line:<128}{more.get('area', 0):011}{more.get('people', 0):011}{0:011}"
        line = f"{line:<165}{more.get('postcode', ''):<5}"
    return f"{line:<220}"


def lines() -> list[str]:
    """A Land of a Regierungsbezirk with a Kreis of two towns in one Amt and a forest, and a city;
    and a Land that is a city."""
    return [
        record("10", "08", "Musterland"),
        record("20", "081", "Reg.-Bez. Muster"),
        record("30", "0811", "Region Muster"),
        record("40", "08111", "Stuttberg", mark="42"),
        record("50", "08111", "Stuttberg, Stadt", union="0000", mark="50"),
        record("60", "08111000", "Stuttberg, Stadt", union="0000", mark="62", area=1200, people=70),
        record("40", "08117", "Göppen", mark="44"),
        record("50", "08117", "GVV Oberes Tal", union="5001", mark="56"),
        record("50", "08117", "Wald, gemfr. Gebiet", union="9451", mark="50"),
        record(
            "60",
            "08117001",
            "Adel / Zeleny, St",
            union="5001",
            mark="63",
            area=1051,
            people=20,
            postcode="07001",
        ),
        record("60", "08117002", "Bach, M", union="5001", mark="60", area=100, people=3),
        record("60", "08117451", "Wald, gemfr. Gebiet", union="9451", mark="66", area=7),
        record("10", "11", "Bergstadt"),
        record("40", "11000", "Bergstadt, Stadt", mark="41"),
        record("50", "11000", "Bergstadt, Stadt", union="0000", mark="50"),
        record("60", "11000000", "Bergstadt, Stadt", union="0000", mark="61", area=5, people=900),
    ]


TABLE = HEAD + (
    "08111000,70,2025-12-31,Q1,A+D,48.5,9.5,GV-ISys 31.12.2019,DE111\n"
    "08117001,20,2025-12-31,Q2,A,48.7,9.60,VG250 centroid,DE114\n"
    "08117002,3,2025-12-31,Q3,A(old AGS 08117099),0.0,0.0,GV-ISys 31.12.2019,\n"
    "08117451,0,2025-12-31,,,,,,\n"
    "11000000,900,2025-12-31,Q4,A,52.5,13.4,GV-ISys 31.12.2019,DE300\n"
)
KREISE = HEAD + (
    "08117,23,2025-12-31,Q5,A+B,48.6,9.6,area-weighted VG250 centroid,DE114\n"
    "11000,900,2025-12-31,Q4,D,52.5,13.4,area-weighted VG250 centroid,DE300\n"
)


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    (tmp_path / "gemeinden_de.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "kreise_de.csv").write_text(KREISE, encoding="utf-8")
    register = tmp_path / "register.txt"
    register.write_text("\n".join(lines()) + "\n", encoding="utf-8")
    (tmp_path / "kg.toml").write_bytes((ROOT / "kg.toml").read_bytes())
    return Asked(register, tmp_path, read_project(tmp_path))


def short(node: NamedNode | Literal) -> str:
    if isinstance(node, Literal):
        return node.value
    space = next((s for s in sorted(SPACES, reverse=True) if node.value.startswith(s)), "")
    return f"{SPACES[space]}:{node.value[len(space) :]}" if space else node.value


def triples(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(text.encode(), RdfFormat.TURTLE)]


def said(files: Mapping[str, str], *names: str) -> Said:
    """Subject, predicate and objects of some files, with prefixes; objects sorted."""
    found: Said = defaultdict(lambda: defaultdict(list))
    for name in names or files:
        for triple in triples(files[name]):
            assert isinstance(triple.subject, NamedNode)
            assert isinstance(triple.object, NamedNode | Literal)
            found[short(triple.subject)][short(triple.predicate)].append(short(triple.object))
    for predicates in found.values():
        for values in predicates.values():
            values.sort()
    return found


def test_files(asked: Asked) -> None:
    """Each Land has a file of the register; what other sources say has files of their own."""
    files, strangers = make(asked)
    assert sorted(files) == [
        "gazetteer/bergstadt.ttl",
        "gazetteer/coordinates/bkg-vg250/musterland.ttl",
        "gazetteer/coordinates/gv-isys/bergstadt.ttl",
        "gazetteer/coordinates/gv-isys/musterland.ttl",
        "gazetteer/musterland.ttl",
        "gazetteer/nuts/bergstadt.ttl",
        "gazetteer/nuts/musterland.ttl",
        "links/wikidata-candidates/musterland.ttl",
        "links/wikidata/bergstadt.ttl",
        "links/wikidata/musterland.ttl",
    ]
    assert strangers == []
    for name, text in files.items():
        assert canonical(text, asked.project, shown=name) == text


def test_municipality(asked: Asked) -> None:
    """A town has name, keys, kind, union, postcode and what it belongs to; its area is a thing."""
    found = said(make(asked)[0], "gazetteer/musterland.ttl")
    town = dict(found["municipality:08117001"])
    assert town == {
        "rdf:type": ["kgo:Municipality"],
        "skos:prefLabel": ["Adel"],
        "skos:altLabel": ["Adel / Zeleny, St", "Stadt Adel"],
        "adms:identifier": ["identifier:ags-08117001", "identifier:ars-081175001001"],
        "dct:spatial": ["territory:08117001"],
        "kgo:ags": ["08117001"],
        "kgo:ars": ["081175001001"],
        "kgo:belongsTo": ["district:08117"],
        "kgo:inAssociation": ["municipal-association:081175001"],
        "kgo:municipalityKind": ["municipality-kind:kreisangehoerige-stadt"],
        "kgo:postcode": ["07001"],
    }
    assert found["territory:08117001"]["dct:isPartOf"] == ["territory:08117"]
    assert found["observation:population-08117001-2025-12-31"]["schema:value"] == ["20"]
    area = found["observation:area-08117001-destatis-gv-isys-gv100ad-2027-01-31"]
    assert (area["schema:value"], area["schema:unitText"]) == (["10.51"], ["km²"])
    assert found["municipality:08117002"]["skos:altLabel"] == ["Bach, M", "Markt Bach"]
    forest = found["municipality:08117451"]
    assert forest["kgo:municipalityKind"] == ["municipality-kind:unbewohntes-gemeindefreies-gebiet"]
    assert "kgo:inAssociation" not in forest
    assert "kgo:postcode" not in forest


def test_levels_above(asked: Asked) -> None:
    """A city that is a Kreis or a Land is one body; regions are territories."""
    found = said(make(asked)[0], "gazetteer/musterland.ttl", "gazetteer/bergstadt.ttl")
    city = found["municipality:08111000"]
    assert city["kgo:belongsTo"] == ["government-district:081"]
    assert "identifier:ags-08111" in city["adms:identifier"]
    assert "district:08111" not in found
    assert found["territory:08111000"]["dct:isPartOf"] == ["region:0811", "territory:081"]
    land = found["municipality:11000000"]
    assert land["rdf:type"] == ["kgo:Municipality", "kgo:State"]
    assert "kgo:belongsTo" not in land
    assert "state:11" not in found
    union = found["municipal-association:081175001"]
    assert union["skos:prefLabel"] == ["Gemeindeverwaltungsverband Oberes Tal"]
    assert union["kgo:belongsTo"] == ["district:08117"]
    assert "municipal-association:081179451" not in found
    assert found["district:08117"]["skos:prefLabel"] == ["Landkreis Göppen"]
    assert found["region:0811"]["dct:isPartOf"] == ["territory:081"]
    assert found["observation:population-0811-2025-12-31"]["schema:value"] == ["93"]
    assert found["observation:population-08-2025-12-31"]["schema:value"] == ["93"]


def test_beside(asked: Asked) -> None:
    """Two extracts make an exact match, one a candidate; 0, 0 is no position; notes say why."""
    files, _ = make(asked)
    exact, close = (
        said(files, *(name for name in files if name.startswith(f"links/{folder}/")))
        for folder in ("wikidata", "wikidata-candidates")
    )
    assert exact["municipality:08111000"]["skos:exactMatch"] == ["wd:Q1"]
    assert exact["district:08117"]["skos:exactMatch"] == ["wd:Q5"]
    assert exact["municipality:11000000"]["skos:exactMatch"] == ["wd:Q4"]
    assert close["municipality:08117001"]["skos:closeMatch"] == ["wd:Q2"]
    assert close["municipality:08117002"]["skos:editorialNote"] == [
        "Zugeordnet über den früheren Schlüssel 08117099."
    ]
    graph = f"{PROJECT.base}graph/links/wikidata-candidates/musterland"
    assert close[graph]["kgo:independentSources"] == ["1"]
    places = said(files, *(name for name in files if "coordinates" in name))
    assert places["territory:08117001"]["wgs84:long"] == ["9.6"]
    assert "territory:08117002" not in places


def test_by_hand_comes_first(asked: Asked) -> None:
    """What a file kept by hand says of an item or a position is not said again."""
    link = asked.project.root / "data" / "links" / "wikidata.ttl"
    link.parent.mkdir(parents=True)
    subject = f"{PROJECT.base}id/municipality/08111000"
    link.write_text(f"<{subject}> <http://e/match> <http://e/item> .", encoding="utf-8")
    files, _ = make(asked)
    assert "municipality:08111000" not in said(files, "links/wikidata/musterland.ttl")


def rewrite(asked: Asked, number: int, old: str, new: str) -> None:
    found = lines()
    assert old in found[number - 1]
    found[number - 1] = found[number - 1].replace(old, new, 1)
    asked.register.write_text("\n".join(found) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("number", "old", "new", "place", "de"),
    [
        (3, "30", "35", (3, 1), "Satzart"),
        (2, "20270131", "20271331", (2, 3), "kein Tag"),
        (2, "20270131", "20261231", (2, 3), "ein anderer"),
        (10, "08117001", "0811700x", (10, 11), "Ziffern"),
        (10, "08117001", "08119001", (10, 11), "08119"),
        (10, "5001", "5002", (10, 11), "081175002"),
        (11, "08117002", "08117001", (11, 11), "doppelt"),
        (2, "2020270131081", "2020270131091", (2, 11), "09"),
        (10, "Adel / Zeleny, St", " " * 17, (10, 23), "Name"),
        (10, "     63", "     69", (10, 123), "Textkennzeichen"),
        (10, "07001", "0700A", (10, 166), "Postleitzahl"),
        (10, "00000001051", "0000000105 ", (10, 129), "Fläche"),
        (6, "08111000", "08111001", (6, 16), "einzige Stadt"),
        (14, "11000   ", "11001   ", (14, 11), "11001000"),
        (1, "Musterland", "Musterland" + " " * 170, (1, 221), "Zeichen"),
    ],
)
def test_broken_records(
    number: int, old: str, new: str, place: tuple[int, int], de: str, asked: Asked
) -> None:
    """A record that is not one is refused with its line and column, in both languages."""
    rewrite(asked, number, old, new)
    with pytest.raises(KgError) as caught:
        make(asked)
    assert caught.value.place == Place(str(asked.register), *place)
    assert de in caught.value.text.de
    assert caught.value.text.en != caught.value.text.de


@pytest.mark.parametrize(
    ("content", "place", "word"),
    [
        ("\n".join(lines()).encode("latin-1"), (7, 24), "UTF-8"),
        ("\n".join(lines()).encode("utf-16"), (1, 1), "UTF-8"),
        ("\n".join(lines()).replace("Göppen ", "GÃ¶ppen").encode(), (7, 23), "UTF-8"),
        (b"", (None, None), "GV100AD"),
    ],
)
def test_wrong_encoding(
    content: bytes, place: tuple[int | None, int | None], word: str, asked: Asked
) -> None:
    """A register that is not UTF-8, was converted twice or is empty is refused."""
    asked.register.write_bytes(content)
    with pytest.raises(KgError, match=word) as caught:
        make(asked)
    assert caught.value.place == Place(str(asked.register), *place)


@pytest.mark.parametrize(
    ("old", "new", "line", "de"),
    [
        ("Q2,A,", "Q1,A,", 3, "Q1"),
        ("Q2,A,", "2,A,", 3, "wikidata"),
        ("48.7,9.60,VG250", "9.6,48.7,VG250", 3, "Deutschland"),
        ("48.7,9.60,VG250 centroid", "48.7,9.60,Atlas", 3, "Atlas"),
        ("DE114", "XX114", 3, "nuts3"),
        ("08117002", "08117001", 4, "doppelt"),
        (",20,2025", ",21,2025", 3, "--population-date"),
        ("lat,lon", "lat,long", 1, "lon"),
    ],
)
def test_broken_tables(old: str, new: str, line: int, de: str, asked: Asked) -> None:
    """A table that contradicts itself or the register is refused with its line."""
    path = asked.tables / "gemeinden_de.csv"
    path.write_text(TABLE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KgError) as caught:
        make(asked)
    assert caught.value.place == Place(str(path), line)
    assert de in caught.value.text.de


def command(asked: Asked, to: Path, *more: str) -> int:
    return run(
        [
            str(asked.register),
            *("--tables", str(asked.tables)),
            *("--project", str(asked.project.root)),
            *("--to", str(to), *more),
        ]
    )


def test_nothing_is_written_if_anything_is_wrong(
    asked: Asked, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fault in the last line leaves the folder as it was, and is said in the language asked."""
    rewrite(asked, 16, "     61", "     69")
    assert command(asked, tmp_path / "out", "--lang", "de") == 2
    assert not (tmp_path / "out").exists()
    told = capsys.readouterr().err
    assert told.startswith(f"{asked.register}:16:123: Das Textkennzeichen")


def test_written_twice_is_the_same(asked: Asked, tmp_path: Path) -> None:
    """The same input gives the same bytes; what a source no longer says does not stay."""
    assert command(asked, tmp_path / "out") == 0
    stale = tmp_path / "out" / "gazetteer" / "nuts" / "gone.ttl"
    stale.write_text("", encoding="utf-8")
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*.ttl")}
    assert command(asked, tmp_path / "out", "--stand", "2027-01-31") == 0
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*.ttl")} == {
        path: content for path, content in before.items() if path != stale
    }
    assert command(asked, tmp_path / "out", "--stand", "2026-01-31") == 2


def test_slug() -> None:
    """Names of Länder become names of files."""
    assert slug("Baden-Württemberg") == "baden-wuerttemberg"


# the real register

needs_register = pytest.mark.skipif(
    not REGISTERS, reason="the official register is not beside the repository"
)


@pytest.fixture(scope="module")
def real() -> Mapping[str, str]:
    copied = "ragsource-ai/ragsource-server, data/GV100AD_28022026.txt"
    return make(Asked(REGISTERS[0], FACTS, PROJECT, copied_from=copied))[0]


@needs_register
def test_data_is_what_the_tool_writes(real: Mapping[str, str]) -> None:
    """The files in data/ are those that the tool makes of the register, byte for byte."""
    for name, text in real.items():
        assert (ROOT / "data" / name).read_text(encoding="utf-8") == text, name


@needs_register
def test_counts(real: Mapping[str, str]) -> None:
    """16 Länder, 401 Kreise and 10,943 municipalities have the keys, areas and people of the
    tables that were made from the same register by others."""
    land = [name for name in real if name.count("/") == 1]
    found = said(real, *land)
    kinds = Counter(kind for one in found.values() for kind in one["rdf:type"])
    assert len(land) == kinds["kgo:State"] == 16
    assert kinds["kgo:Municipality"] == 10943
    with (FACTS / "gemeinden_de.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = row["ags"]
            body = found[f"municipality:{key}"]
            assert body["kgo:ars"] == [row["ars"]]
            assert body["kgo:postcode"] == ([row["plz"]] if row["plz"].strip() else [])
            area = found[f"observation:area-{key}-destatis-gv-isys-gv100ad-2026-02-28"]
            assert round(float(area["schema:value"][0]) * 100) == int(row["area_ha"])
            people = found[f"observation:population-{key}-{row['population_date']}"]
            assert people["schema:value"] == [row["population"]]
    with (FACTS / "kreise_de.csv").open(encoding="utf-8") as file:
        kreise = list(csv.DictReader(file))
    assert len(kreise) == 401
    for row in kreise:
        assert found[f"identifier:ags-{row['ags']}"]["skos:notation"] == [row["ags"]]


@needs_register
def test_population_sums(real: Mapping[str, str]) -> None:
    """The population of each Land is the sum of the register's records of its municipalities."""
    sums: Counter[str] = Counter()
    for line in REGISTERS[0].read_text(encoding="utf-8").splitlines():
        if line.startswith("60"):
            sums[line[10:12]] += int(line[139:150])
    found = said(real, *(name for name in real if name.count("/") == 1))
    for key, people in sums.items():
        state = key if f"state:{key}" in found else f"{key}000000"
        assert found[f"observation:population-{state}-2024-12-31"]["schema:value"] == [str(people)]
    assert len(sums) == 16


@needs_register
def test_command_runs_from_anywhere(tmp_path: Path) -> None:
    """The one command for next year's register needs no set-up but the installed project."""
    done = subprocess.run(
        [
            *(sys.executable, ROOT / "tools" / "gazetteer.py", REGISTERS[0]),
            *("--tables", FACTS, "--to", tmp_path / "data"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "88" in done.stdout
