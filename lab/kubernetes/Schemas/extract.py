#!/usr/bin/env python3
"""Reduces a cluster's /openapi/v2 to what the lab needs of the built-in kinds: names, types and merge rules of fields.

Usage: kubectl get --raw /openapi/v2 | ./extract.py > builtin.json
"""
import json
import sys

KINDS = {
    "": "Namespace Secret ConfigMap Event ServiceAccount Service Endpoints Pod Node PersistentVolume PersistentVolumeClaim "
        "ResourceQuota LimitRange",
    "apps": "Deployment ReplicaSet StatefulSet DaemonSet",
    "batch": "Job CronJob",
    "rbac.authorization.k8s.io": "Role RoleBinding ClusterRole ClusterRoleBinding",
    "coordination.k8s.io": "Lease",
    "events.k8s.io": "Event",
    "admissionregistration.k8s.io": "ValidatingWebhookConfiguration MutatingWebhookConfiguration",
    "apiextensions.k8s.io": "CustomResourceDefinition",
    "networking.k8s.io": "NetworkPolicy Ingress",
    "policy": "PodDisruptionBudget",
    "scheduling.k8s.io": "PriorityClass",
    "storage.k8s.io": "StorageClass",
}
KEPT = {"type", "format", "required", "$ref"}


def reduce(schema):
    out = {}
    for key, value in schema.items():
        if key == "properties":
            out[key] = {name: reduce(child) for name, child in value.items()}
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            out[key] = reduce(value)
        elif key in KEPT or (key.startswith("x-kubernetes-") and key != "x-kubernetes-group-version-kind"):
            out[key] = value
    return out


def references(schema):
    if "$ref" in schema:
        yield schema["$ref"].removeprefix("#/definitions/")
    for child in schema.get("properties", {}).values():
        yield from references(child)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from references(schema[key])


def main():
    definitions = json.load(sys.stdin)["definitions"]
    wanted, kinds = [], {}
    for name, schema in definitions.items():
        for gvk in schema.get("x-kubernetes-group-version-kind", []):
            if gvk["version"] == "v1" and gvk["kind"] in KINDS.get(gvk["group"], "").split():
                wanted.append(name)
                kinds[name] = f"{gvk['group']}/{gvk['version']}/{gvk['kind']}"
    reduced = {}
    while wanted:
        name = wanted.pop()
        if name not in reduced:
            reduced[name] = reduce(definitions[name])
            if name in kinds:
                reduced[name]["kind"] = kinds[name]
            wanted.extend(references(reduced[name]))
    lines = [f"{json.dumps(name)}:{json.dumps(reduced[name], separators=(',', ':'), sort_keys=True)}" for name in sorted(reduced)]
    print("{\n" + ",\n".join(lines) + "\n}")


main()
