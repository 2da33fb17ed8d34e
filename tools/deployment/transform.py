"""Transforms a SAM template as CloudFormation does, once for each size, and counts what it declares.

    transform.py TEMPLATE FOLDER

Writes FOLDER/NAME-SIZE.json and prints a line for each: the file, the size, how many resources it declares, and how many of
them that size makes. More than MOST resources are an error: CloudFormation takes 500 (docs/decisions/stack-size.md).
"""

import json
import pathlib
import sys

from samcli.lib.translate.sam_template_validator import SamTemplateValidator
from samcli.yamlhelper import yaml_parse

MOST = 450


class NoManagedPolicies:
    """The template names no policies of AWS's own, and nobody here could look them up."""

    def load(self):
        return {}


def sizes(template):
    return template.get("Parameters", {}).get("Size", {}).get("AllowedValues", ["one-size"])


def of_size(template, size):
    """The template, with that size as its parameter's default, and plain CloudFormation."""
    if "Size" in template.get("Parameters", {}):
        template["Parameters"]["Size"]["Default"] = size
    if "Transform" not in template:
        return template
    validator = SamTemplateValidator(template, NoManagedPolicies(), region="eu-central-1")
    return yaml_parse(validator.get_translated_template_if_valid())


def holds(condition, template):
    """Whether a condition holds with the parameters' defaults."""
    if not isinstance(condition, dict):
        return holds(template["Conditions"][condition], template)
    (function, argument), = condition.items()
    match function:
        case "Condition":
            return holds(argument, template)
        case "Fn::And":
            return all(holds(each, template) for each in argument)
        case "Fn::Or":
            return any(holds(each, template) for each in argument)
        case "Fn::Not":
            return not holds(argument[0], template)
        case "Fn::Equals":
            return value(argument[0], template) == value(argument[1], template)
    raise ValueError(f"a condition with {function} is not known here")


def value(expression, template):
    if isinstance(expression, dict):
        (function, argument), = expression.items()
        if function == "Fn::FindInMap":
            name, first, second = (value(each, template) for each in argument)
            return template["Mappings"][name][first][second]
        if function != "Ref":
            raise ValueError(f"{function} in a condition is not known here")
        if argument == "AWS::Region":
            return "eu-central-1"
        return str(template["Parameters"][argument].get("Default", ""))
    return str(expression)


def main(file, folder):
    too_many = False
    for size in sizes(yaml_parse(pathlib.Path(file).read_text())):
        template = of_size(yaml_parse(pathlib.Path(file).read_text()), size)
        out = pathlib.Path(folder) / f"{pathlib.Path(file).stem}-{size}.json"
        out.write_text(json.dumps(template, indent=1))
        declared = template["Resources"]
        made = [each for each in declared.values() if "Condition" not in each or holds(each["Condition"], template)]
        print(f"{out}\t{size}\t{len(declared)}\t{len(made)}")
        too_many |= len(declared) > MOST
    if too_many:
        sys.exit(f"{file} declares more than {MOST} resources: docs/decisions/stack-size.md says what to take out of it")


if __name__ == "__main__":
    main(*sys.argv[1:])
