"""Holds checkov's findings against the list of those that are accepted, each with its reason.

    judge_checkov.py REPORT SKIPS

Prints a line, `RESOURCES CHECKED<tab>FINDINGS<tab>ACCEPTED<tab>RULES`, and fails when a finding is not on the list, or a line
of the list accepts nothing.
"""

import fnmatch
import json
import pathlib
import sys


def skips(file):
    """(check, pattern of logical ids, reason) of each line."""
    found = []
    for line in pathlib.Path(file).read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            check, pattern, reason = line.split(maxsplit=2)
            found.append((check, pattern, reason))
    return found


def main(report, skip_file):
    result = json.loads(pathlib.Path(report).read_text())
    accepted = skips(skip_file)
    used = set()
    open_findings = set()
    findings = set()
    for finding in result["results"]["failed_checks"]:
        check, resource = finding["check_id"], finding["resource"].split(".")[-1]
        findings.add((check, resource))
        matching = [skip for skip in accepted if skip[0] == check and fnmatch.fnmatchcase(resource, skip[1])]
        used.update(matching)
        if not matching:
            open_findings.add(f"{check} {resource}: {finding['check_name']}")
    complaints = sorted(open_findings)
    complaints += [f"{check} {pattern} accepts nothing: remove it" for check, pattern, _ in accepted if (check, pattern, _) not in used]
    if result["summary"]["parsing_errors"]:
        complaints.append("checkov could not read a template")
    if complaints:
        sys.exit("\n".join(complaints))
    rules = len({check for check, _ in findings})
    print(f"{result['summary']['resource_count']}\t{result['summary']['passed']}\t{len(findings)}\t{rules}")


if __name__ == "__main__":
    main(*sys.argv[1:])
