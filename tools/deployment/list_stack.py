"""Lists what a stack is made of, by type, and holds it against what its template makes.

    list_stack.py ENDPOINT STACK PREFIX

Prints `COUNT<tab>TYPE` for each type, the most frequent first; fails when the stack is not complete, or not what its template
makes of its parameters. PREFIX-SIZE.json is the template after the transform.
"""

import collections
import json
import pathlib
import sys

import boto3

from transform import holds


def main(endpoint, stack, prefix):
    client = boto3.client("cloudformation", endpoint_url=endpoint)
    description = client.describe_stacks(StackName=stack)["Stacks"][0]
    if description["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        sys.exit(f"the stack {stack} is {description['StackStatus']}")
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in description.get("Parameters", [])}
    template = json.loads(pathlib.Path(f"{prefix}-{parameters.get('Size', 'one-size')}.json").read_text())
    for name, value in parameters.items():
        template["Parameters"][name]["Default"] = value
    pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
    made = collections.Counter(each["ResourceType"] for page in pages for each in page["StackResourceSummaries"])
    # By type, since the names of versions depend on where the code was put.
    meant = collections.Counter(
        resource["Type"]
        for resource in template["Resources"].values()
        if "Condition" not in resource or holds(resource["Condition"], template)
    )
    if made != meant:
        sys.exit(f"made, but not in the template: {made - meant}; in the template, but not made: {meant - made}")
    for kind, count in made.most_common():
        print(f"{count}\t{kind}")


if __name__ == "__main__":
    main(*sys.argv[1:])
