#!/usr/bin/env python3
"""Reads every report of a folder with tools that others wrote: junitparser, compliance-trestle, jsonschema.

    check-formats.py FOLDER [SARIF_SCHEMA]

A format whose tool is not installed is named as left out; the exit code is 1 where a tool refuses a report.
"""

import csv
import json
import sys
import zipfile
from pathlib import Path

folder = Path(sys.argv[1])
failed = False


def check(name, module, work):
    global failed
    try:
        if module:
            __import__(module)
    except ImportError:
        print(f"left out: {name} (needs the PyPI package of {module})")
        return
    try:
        print(f"ok: {name}: {work()}")
    except Exception as error:  # a validator says what is wrong in its exception
        failed = True
        print(f"FAILED: {name}: {str(error)[:2000]}")


def run():
    return json.loads((folder / "run.json").read_text())


def junit():
    from junitparser import JUnitXml

    xml = JUnitXml.fromfile(str(folder / "junit.xml"))
    cases = [case for suite in xml for case in suite]
    assert all(len(case.result) <= 1 for case in cases), "more than one outcome"
    pairs = {(f["system"], f["control"], f["asset"]) for f in run()["findings"]}
    assert len(cases) == len(pairs), f"{len(cases)} cases, {len(pairs)} pairs of control and asset"
    return f"{len(cases)} cases in {sum(1 for _ in xml)} suites"


def oscal():
    from trestle.oscal.assessment_results import Model

    document = json.loads((folder / "oscal-assessment-results.json").read_text())
    Model.model_validate(document)
    result = document["assessment-results"]["results"][0]
    return f"{len(result['observations'])} observations, {len(result.get('findings', []))} findings"


def sarif(schema):
    import jsonschema

    document = json.loads((folder / "report.sarif").read_text())
    validator = jsonschema.Draft4Validator(json.loads(Path(schema).read_text()))
    errors = [f"{list(e.absolute_path)}: {e.message[:200]}" for e in validator.iter_errors(document)]
    assert not errors, errors[:5]
    results = document["runs"][0]["results"]
    assert all(r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in results)
    return f"{len(results)} results"


def table(name):
    with open(folder / name, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, strict=True))
    assert len({len(row) for row in rows}) == 1, "rows of different lengths"
    bad = [c for row in rows for c in row if c.lstrip()[:1] in ("=", "+", "-", "@")]
    assert not bad, bad[:3]
    return f"{len(rows) - 1} rows"


def word(name):
    from xml.dom import minidom

    with zipfile.ZipFile(folder / name) as package:
        assert package.testzip() is None
        parts = package.namelist()
        for part in parts:
            minidom.parseString(package.read(part))
    return f"{len(parts)} parts, each well-formed"


check("junit (junitparser)", "junitparser", junit)
check("oscal (compliance-trestle)", "trestle", oscal)
if len(sys.argv) > 2:
    check("sarif (OASIS schema)", "jsonschema", lambda: sarif(sys.argv[2]))
for name in ("findings.csv", "mau-08.csv"):
    check(f"{name} (Python csv)", None, lambda: table(name))
for name in ("report.docx", "mau-08.docx"):
    check(f"{name} (zip, XML)", None, lambda: word(name))
sys.exit(1 if failed else 0)
