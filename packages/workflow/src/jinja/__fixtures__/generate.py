"""Writes corpus.json: templates with what Jinja2 makes of them.

Run with Python 3.11 and Jinja2 3.1.6 from this folder:
    python3 -m venv /tmp/jinja && /tmp/jinja/bin/pip install jinja2==3.1.6 && /tmp/jinja/bin/python generate.py
Templates stand in corpus/*.txt, one per line, with \\n for a line break; lines starting with "##" are headings. A line
starting with "??" is a template that our interpreter may refuse as unsupported, though Jinja2 renders it.
"""

import json
import pathlib

import jinja2

here = pathlib.Path(__file__).parent
variables = json.loads((here / "variables.json").read_text("utf-8"))
environment = jinja2.Environment()


def fresh():
    return json.loads(json.dumps(variables))


def case(line, topic):
    refused = line.startswith("?? ")
    template = (line[3:] if refused else line).replace("\\n", "\n")
    entry = {"topic": topic, "template": template}
    if refused:
        entry["mayBeUnsupported"] = True
    try:
        entry["expected"] = environment.from_string(template).render(fresh())
    except Exception as error:
        entry["error"] = type(error).__name__
        entry["message"] = str(error)
    return entry


cases = []
for file in sorted((here / "corpus").glob("*.txt")):
    topic = file.stem
    for line in file.read_text("utf-8").split("\n"):
        if line.startswith("## "):
            topic = f"{file.stem}: {line[3:]}"
        elif line:
            cases.append(case(line, topic))
for entry in cases:
    if " object at 0x" in entry.get("expected", "") or " at 0x" in entry.get("expected", ""):
        raise SystemExit(f"This template prints an address: {entry['template']}")
result = {"jinja2": jinja2.__version__, "variables": variables, "cases": cases}
(here / "corpus.json").write_text(json.dumps(result, ensure_ascii=True, indent=1) + "\n", "utf-8")
print(len(cases), "cases,", sum("error" in entry for entry in cases), "of them errors")
