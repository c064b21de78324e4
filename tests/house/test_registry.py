"""One registry, domain.yml; every other place agrees with it in both directions."""

import re

import yaml

from tests.house.house import ROOT, dialogue, domain, files, names, place, report

ENTITIES = set(names(domain()["entities"]))
INTENTS = set(names(domain()["intents"]))
# Written by a component, never by a person: it has no examples.
MADE_BY_THE_MODEL = {"nlu_fallback"}


MADE_BY_WORDS = frozenset({"tell_distress"})  # by bot/core/talk/marks.py; no model decides it


def test_every_intent_has_its_examples_its_page_and_its_conversations() -> None:
    findings = []
    for folder, stem in (("data/nlu", "{}"), ("data/dialogue", "{}"), ("tests/dialogue", "test_{}")):
        have = {path.stem for path in files(f"{folder}/*.yml")}
        learnt = MADE_BY_WORDS if folder == "data/nlu" else frozenset()
        want = {stem.format(intent) for intent in INTENTS - MADE_BY_THE_MODEL - learnt}
        findings += [f"{folder}/{name}.yml is missing" for name in sorted(want - have)]
        if folder == "data/nlu":
            findings += [f"{folder}/{name}.yml names no intent" for name in sorted(have - want)]
    report(findings)


KINDS = {
    "happy_path", "correction", "digression", "cancellation", "refusal", "invalid_value", "hand_over", "company_down",
}  # fmt: skip
# They ask for an account or a place before they answer, by an action and not by a rule of theirs.
ASKING = {
    "query_balance", "query_bill", "query_arrears", "query_usage", "query_tier", "explain_bill", "query_outage",
    "query_restoration_time", "query_planned_outage", "query_progress", "urge_order", "query_time_of_use",
    "query_prepaid",
}  # fmt: skip


def intents_with_a_form() -> set[str]:
    """The intents whose rule opens a form, and those that ask on the way to an answer."""
    rules = [rule for page in dialogue().values() for rule in page.get("rules", [])]
    opening = (r["steps"][0]["intent"] for r in rules if r["steps"][1]["action"].endswith("_form"))
    return ASKING | set(opening)


def test_every_capability_with_a_form_is_proved_in_every_kind_of_conversation() -> None:
    findings = []
    for intent in sorted(intents_with_a_form()):
        path = ROOT / "tests" / "dialogue" / f"test_{intent}.yml"
        held = {
            c.get("kind")
            for c in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["conversations"]
        }
        findings += [f"{place(path)} has no conversation of the kind {kind}" for kind in sorted(KINDS - held)]
        findings += [f"{place(path)} has the unknown kind {kind}" for kind in sorted(held - KINDS - {None})]
    report(findings)


def responses() -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for page in dialogue().values():
        found.update(page.get("responses", {}))
    return found


def test_a_reply_is_written_once() -> None:
    seen: dict[str, str] = {}
    findings = []
    for path, page in dialogue().items():
        for name in page.get("responses", {}):
            if name in seen:
                findings.append(f"{place(path)} {name} stands also in {seen[name]}")
            seen[name] = place(path)
    report(findings)


def test_every_reply_that_is_used_exists_and_every_reply_is_used() -> None:
    have = set(responses())
    slots = set(domain().get("slots", {}))
    used: dict[str, str] = {}
    literal = re.compile(r"\b(utter_(?!message\b)\w+)")
    for path in files(
        "actions/*.py", "bot/core/*.py", "bot/region/*.py", "data/dialogue/*.yml", "domain.yml"
    ):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if path.suffix == ".yml" and re.match(r"  utter_\w+:", line):
                continue
            for name in literal.findall(line):
                used.setdefault(name, place(path, number))
    prefixes = {name for name in used if name.endswith("_")}
    asked = {
        name for name in have if any(name.endswith(f"_ask_{s}") or name == f"utter_ask_{s}" for s in slots)
    }
    built = {
        name for name in have if any(name.startswith(prefix) and prefix != "utter_" for prefix in prefixes)
    }
    asked |= {n for n in have if re.match(r"utter_ask_\w+_form_\w+$", n)}
    findings = [
        f"{at} {n} does not exist" for n, at in sorted(used.items()) if n not in have and n not in prefixes
    ]
    findings += [f"{name} is never used" for name in sorted(have - set(used) - asked - built)]
    report(findings)


def test_buttons_point_at_real_intents_and_entities() -> None:
    findings = []
    for name, variants in responses().items():
        for variant in variants:
            for button in variant.get("buttons", []):
                payload = button["payload"]
                match = re.match(r"/(\w+)", payload)
                if not match or match[1] not in INTENTS:
                    findings.append(f"{name} button {button['title']} points at {payload}")
                findings += [
                    f"{name} button {button['title']} fills the unknown entity {entity}"
                    for entity in re.findall(r'"(\w+)"\s*:', payload)
                    if entity not in ENTITIES | set(domain().get("slots", {}))
                ]
    report(findings)


def test_every_action_and_form_is_registered_once_and_exists() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in files("actions/*.py"))
    listed = names(domain().get("actions", []))
    findings = [f"domain.yml lists {name} twice" for name in {n for n in listed if listed.count(n) > 1}]
    for name in re.findall(r'^\s+name\s*=\s*"(action_\w+|validate_\w+)"', code, re.M):
        if name not in listed:
            findings.append(f"actions/ defines {name}, domain.yml does not list it")
    forms = domain().get("forms", {})
    findings += [f"{form} is named in a rule and not in domain.yml" for form in rule_forms() - set(forms)]
    report(findings)


def rule_forms() -> set[str]:
    text = "\n".join(path.read_text(encoding="utf-8") for path in files("data/dialogue/*.yml"))
    return (
        set(re.findall(r"\b(\w+_form)\b", text))
        - {"active_form"}
        - set(re.findall(r"utter_ask_(\w+_form)", text))
    )
