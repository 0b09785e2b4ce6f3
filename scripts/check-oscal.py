#!/usr/bin/env python3
"""Reads the OSCAL catalogue and the profiles of `capdo law oscal --out FOLDER` with compliance-trestle, and resolves each profile.

    check-oscal.py FOLDER [ASSESSMENT_RESULTS]

Then the references that no schema can check: each objective and control that the assessment-results name stands in the catalogue, and
the profiles that they name are those of the folder. The exit code is 1 where anything is refused.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from trestle.core.profile_resolver import ProfileResolver
from trestle.oscal.catalog import Model as Catalog
from trestle.oscal.profile import Model as Profile

folder = Path(sys.argv[1])
catalog = json.loads((folder / "oscal-catalog.json").read_text())
Catalog.model_validate(catalog)
groups = catalog["catalog"]["groups"]
controls = [control for group in groups for control in group.get("controls", [])]
ids = {control["id"] for control in controls}
objectives = {part["id"] for control in controls for part in control["parts"] if part["name"] == "assessment-objective"}
print(f"ok: oscal catalogue (compliance-trestle): {len(groups)} instruments, {len(controls)} requirements")

profiles = {}
with tempfile.TemporaryDirectory() as scratch:
    root = Path(scratch)
    trestle = Path(sys.executable).with_name("trestle")
    subprocess.run([trestle, "init", "--local"], cwd=root, check=True, capture_output=True)
    place = root / "catalogs" / "capdo"
    place.mkdir(parents=True)
    (place / "catalog.json").write_text(json.dumps(catalog))
    for path in sorted(folder.glob("oscal-profile-level-*.json")):
        text = path.read_text()
        profile = json.loads(text)
        Profile.model_validate(profile)
        profiles["urn:uuid:" + profile["profile"]["uuid"]] = path.name
        asked = set(profile["profile"]["imports"][0]["include-controls"][0]["with-ids"])
        assert asked <= ids, sorted(asked - ids)[:5]
        place = root / "profiles" / path.stem
        place.mkdir(parents=True)
        (place / "profile.json").write_text(text.replace('"oscal-catalog.json"', '"trestle://catalogs/capdo/catalog.json"'))
        resolved = ProfileResolver.get_resolved_profile_catalog(root, place / "profile.json", block_params=False)
        found = {control.id for group in resolved.groups or [] for control in group.controls or []}
        assert found == asked, (path.name, len(found), len(asked), sorted(asked ^ found)[:5])
        print(f"ok: {path.name} (compliance-trestle): resolves to {len(found)} requirements")

if len(sys.argv) > 2:
    document = json.loads(Path(sys.argv[2]).read_text())["assessment-results"]
    result = document["results"][0]
    named = {finding["target"]["target-id"] for finding in result.get("findings", [])}
    assert named <= objectives, sorted(named - objectives)[:5]
    selection = result["reviewed-controls"]["control-selections"][0]
    selected = {control["control-id"] for control in selection.get("include-controls", [])}
    assert selected <= ids, sorted(selected - ids)[:5]
    resources = document["back-matter"]["resources"]
    references = {i["identifier"] for r in resources for i in r.get("document-ids", [])}
    known = set(profiles) | {"urn:uuid:" + catalog["catalog"]["uuid"]}
    assert references and references <= known, sorted(references - known)
    print(f"ok: {len(named)} objectives, {len(selected)} requirements and {len(references)} documents of the assessment-results stand there")
