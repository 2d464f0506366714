"""Writes python-text.json: JSON texts with what Python makes of them.

Run with Python 3.11 from this folder: python3 generate.py
"""

import json
import random
import sys

texts = [
    "0", "-0", "-0.0", "0.0", "5", "5.0", "5.00", "-5.0", "1e3", "1E3", "1e+3", "1e-3", "0.1", "3.14", "-2.5",
    "1e-5", "0.0001", "0.00001", "1e15", "1e16", "123456789012345680.0", "9999999999999998.0", "1e22", "1e100", "1.5e300",
    "5e-324", "2.2250738585072014e-308", "1.7976931348623157e308", "9007199254740991", "9007199254740992",
    "9007199254740993", "-9007199254740993", "123456789012345678901234567890", "9007199254740993.0",
    "123456789012345.99999999", "3.0000000000000000000001", "0.30000000000000004", "100000000000000000000000",
    "true", "false", "null", '""', '"a"', '"it\'s"', '"say \\"hi\\""', '"both \' and \\""', '"back\\\\slash"',
    '"line\\nbreak\\ttab\\rreturn"', '"\\u0000\\u0001\\u001f\\u007f\\u0080\\u009f\\u00a0\\u00ad"', '"\\u200b\\u2028\\u3000\\ufeff"',
    '"caf\u00e9 \u4f60\u597d \U0001f600 \u0645\u0631\u062d\u0628\u0627"', '"\\ue000\\uffff\\udbff\\udfff"', '"v1.0 costs 1e5"', '"\\b\\f/"',
    "[]", "{}", "[1, 2.5]", "[1, 1.0]", "[true]", "[null]", '["a", "b"]', '[[1], [2]]', '[{"a": 1, "b": null}]',
    '{"a": 1, "b": [1.0, {"c": "\u00fc"}], "d": {}, "e": []}', '{"__proto__": {"x": 1}, "constructor": 2}', '{"a b": "x\'y"}',
    '[1e2, "1.0", {"k": 1E5}]', '[9007199254740993, 1.0, true, null, "x"]', '{"": ""}', "[[], {}, [[]]]", " [ 1 ,\n 2.0 ] ",
]
rng = random.Random(7)
for _ in range(150):
    number = rng.uniform(-1, 1) * 10 ** rng.randint(-20, 25)
    texts.append(json.dumps(number))
    if rng.random() < 0.3:
        texts.append(json.dumps(float(int(number))))
for _ in range(60):
    points = [rng.choice([rng.randint(0, 0x2ff), rng.randint(0x2000, 0x206f), rng.randint(0x4e00, 0x4fff)]) for _ in range(8)]
    texts.append(json.dumps("".join(map(chr, points)), ensure_ascii=False))




cases = []
for text in texts:
    value = json.loads(text)
    cases.append({
        "json": text,
        "str": str(value),
        "repr": repr(value),
        "dumps": json.dumps(value, ensure_ascii=False),
        "indented": json.dumps(value, ensure_ascii=False, indent=2),
    })
with open("python-text.json", "w", encoding="utf-8") as file:
    json.dump({"python": sys.version.split()[0], "cases": cases}, file, ensure_ascii=True, indent=1)
print(len(cases), "cases")
