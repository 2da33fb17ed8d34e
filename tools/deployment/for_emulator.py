"""Makes the copy of a SAM template that the emulator of AWS can deploy, and says what is not in it.

    for_emulator.py TEMPLATE GAPS COPY

Prints a line for each type or property of GAPS that was left out, with how often and the reason.
"""

import collections
import fnmatch
import json
import pathlib
import re
import sys

from samcli.yamlhelper import yaml_parse


def gaps(file):
    lines = [line.split(maxsplit=1) for line in pathlib.Path(file).read_text().splitlines()]
    return {line[0]: line[1] for line in lines if line and line[0] != "#"}


class Copy:
    def __init__(self, template, known_gaps):
        self.template = template
        self.gaps = known_gaps
        self.left_out = collections.Counter()
        self.gone = set()
        self.types = {name: resource["Type"] for name, resource in template["Resources"].items()}

    def matching(self, text):
        return next((gap for gap in self.gaps if fnmatch.fnmatchcase(text, gap)), None)

    def make(self):
        resources = self.template["Resources"]
        for name, resource in list(resources.items()):
            kinds = [resource["Type"], *(f"{resource['Type']}/{each}" for each in resource.get("Properties", {}))]
            gap = next(filter(None, map(self.matching, kinds)), None)
            if gap:
                self.left_out[gap] += 1
                self.gone.add(name)
                del resources[name]
        for resource in resources.values():
            depends = resource.get("DependsOn", [])
            kept = [each for each in ([depends] if isinstance(depends, str) else depends) if each not in self.gone]
            resource.pop("DependsOn", None)
            if kept:
                resource["DependsOn"] = kept
            properties = resource.get("Properties", {})
            if resource["Type"] == "AWS::Serverless::Function":
                # The copy is elsewhere, and paths are meant from where the template is.
                if isinstance(properties.get("CodeUri"), str):
                    properties["CodeUri"] = str(pathlib.Path(properties["CodeUri"]).absolute())
                self.without_properties(properties)
        for parameter in self.template.get("Parameters", {}).values():
            gap = self.matching(parameter["Type"])
            if gap:
                self.left_out[gap] += 1
                parameter["Type"] = "String"
        self.without_properties(self.template.get("Globals", {}).get("Function", {}))
        return {key: self.replaced(part) for key, part in self.template.items()}

    def without_properties(self, properties):
        for name in list(properties):
            if name in self.gaps:
                self.left_out[name] += 1
                del properties[name]

    def replaced(self, value):
        if isinstance(value, list):
            return [self.replaced(each) for each in value]
        if isinstance(value, dict):
            if len(value) == 1:
                (function, argument), = value.items()
                if function == "Ref" and argument in self.gone:
                    return f"no-{argument}"
                if function == "Fn::GetAtt":
                    attribute = argument if isinstance(argument, str) else ".".join(argument)
                    if self.is_gone(attribute):
                        # Parts of an ARN may be asked for.
                        name = "no-" + attribute
                        return f"arn:aws:none:eu-central-1:000000000000:none:{name}" if name.endswith("Arn") else name
                if function == "Fn::Sub" and self.matching(argument if isinstance(argument, str) else argument[0]):
                    return self.replaced(argument if isinstance(argument, str) else argument[0])
            return {key: self.replaced(part) for key, part in value.items()}
        if isinstance(value, str):
            gap = self.matching(value)
            if gap and gap.startswith("{{"):
                self.left_out[gap] += 1
                return "left-out"
            return re.sub(r"\$\{(\w+(?:\.\w+)*)}", lambda m: f"no-{m[1]}" if self.is_gone(m[1]) else m[0], value)
        return value

    def is_gone(self, reference):
        """Whether `Name` or `Name.Attribute` is what the emulator does not have."""
        name, _, attribute = reference.partition(".")
        gap = f"{self.types.get(name)}.{attribute}"
        if gap in self.gaps:
            self.left_out[gap] += 1
        return name in self.gone or gap in self.gaps


def main(file, gap_file, out):
    copy = Copy(yaml_parse(pathlib.Path(file).read_text()), gaps(gap_file))
    pathlib.Path(out).write_text(json.dumps(copy.make(), indent=1, default=str))
    for gap, count in sorted(copy.left_out.items()):
        print(f"{gap}\t{count}\t{copy.gaps[gap]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
