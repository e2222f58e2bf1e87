using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Metal3.Lab.Kubernetes;

/// <summary>OpenAPI version 2 (JSON and protobuf) and 3, as far as kubectl reads them: schemas, kinds, query parameters.</summary>
internal sealed class OpenApi(Registry registry, Definitions definitions)
{
    private const string V2Prefix = "#/definitions/";
    private const string V3Prefix = "#/components/schemas/";
    private const string ListMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";
    private const string ObjectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
    private readonly Lock _gate = new();
    private readonly Dictionary<string, byte[]> _documents = new(StringComparer.Ordinal);
    private long _generation = -1;

    public byte[] Version2() => Cached("v2", () => Json.Bytes(Document2()));

    public byte[] Version2Protobuf() => Cached("v2.pb", () => OpenApiProtobuf.Encode(Document2()));

    public byte[] Version3Index() => Cached("v3", () =>
    {
        var paths = new Map();
        foreach (var (group, version) in registry.Types.Select(t => (t.Group, t.Version)).Distinct())
        {
            var path = group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";
            var hash = Convert.ToHexString(SHA256.HashData(Version3(group, version)!));
            paths[path] = new Map { ["serverRelativeURL"] = $"/openapi/v3/{path}?hash={hash}" };
        }

        return Json.Bytes(new Map { ["paths"] = paths });
    });

    public byte[]? Version3(string group, string version)
    {
        var types = registry.Types.Where(t => t.Group == group && t.Version == version).ToList();
        return types.Count == 0 ? null : Cached($"v3/{group}/{version}", () => Json.Bytes(Document3(types)));
    }

    private static Items Parameters(ResourceType type, bool write, bool isPatch, bool version3)
    {
        var parameters = new Items();
        foreach (var name in !write ? ["pretty"] : new[] { "dryRun", "fieldManager", "fieldValidation" })
        {
            parameters.Add(Parameter(name, "query", "string", version3));
        }

        if (isPatch)
        {
            parameters.Add(Parameter("force", "query", "boolean", version3));
        }

        _ = type;
        return parameters;
    }

    private static Map Parameter(string name, string where, string of, bool version3)
    {
        var parameter = new Map { ["name"] = name, ["in"] = where };
        if (where == "path")
        {
            parameter["required"] = true;
        }

        if (version3)
        {
            parameter["schema"] = new Map { ["type"] = of, ["uniqueItems"] = true };
        }
        else
        {
            parameter["type"] = of;
            parameter["uniqueItems"] = true;
        }

        return parameter;
    }

    private static Map KindOf(ResourceType type) =>
        new() { ["group"] = type.Group, ["version"] = type.Version, ["kind"] = type.Kind };

    private static Map Operation(ResourceType type, string action, string verb, bool write, bool version3)
    {
        var reference = new Map { ["$ref"] = (version3 ? V3Prefix : V2Prefix) + type.DefinitionName };
        var response = new Map { ["description"] = "OK" };
        if (version3)
        {
            response["content"] = new Map { ["application/json"] = new Map { ["schema"] = reference } };
        }
        else
        {
            response["schema"] = reference;
        }

        var operation = new Map
        {
            ["operationId"] = $"{verb}{type.Group.Replace(".", "", StringComparison.Ordinal)}{type.Version}{type.Kind}",
            ["parameters"] = Parameters(type, write, verb == "patch", version3),
            ["responses"] = new Map { ["200"] = response },
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = KindOf(type),
        };
        if (version3 && write && verb != "delete")
        {
            operation["requestBody"] = new Map
            {
                ["content"] = new Map { [verb == "patch" ? "application/merge-patch+json" : "application/json"] = new Map { ["schema"] = reference } },
            };
        }

        return operation;
    }

    private static void AddPaths(Map paths, ResourceType type, bool version3)
    {
        var root = type.Group.Length == 0 ? $"/api/{type.Version}" : $"/apis/{type.Group}/{type.Version}";
        var scope = type.Namespaced ? "/namespaces/{namespace}" : "";
        var outer = type.Namespaced ? new Items { Parameter("namespace", "path", "string", version3) } : [];
        paths[$"{root}{scope}/{type.Plural}"] = new Map
        {
            ["get"] = Operation(type, "list", "get", false, version3),
            ["post"] = Operation(type, "post", "post", true, version3),
            ["parameters"] = outer,
        };
        var item = new Map
        {
            ["get"] = Operation(type, "get", "get", false, version3),
            ["put"] = Operation(type, "put", "put", true, version3),
            ["patch"] = Operation(type, "patch", "patch", true, version3),
            ["delete"] = Operation(type, "delete", "delete", true, version3),
            ["parameters"] = new Items(outer) { Parameter("name", "path", "string", version3) },
        };
        paths[$"{root}{scope}/{type.Plural}/{{name}}"] = item;
        if (type.HasStatus)
        {
            var status = new Map(item);
            status.Remove("delete");
            paths[$"{root}{scope}/{type.Plural}/{{name}}/status"] = status;
        }

        if (type.Namespaced)
        {
            paths[$"{root}/{type.Plural}"] = new Map { ["get"] = Operation(type, "list", "get", false, version3) };
        }
    }

    private static void AddList(Map schemas, ResourceType type, string prefix)
    {
        schemas[type.DefinitionName + "List"] = new Map
        {
            ["type"] = "object",
            ["required"] = new Items { "items" },
            ["properties"] = new Map
            {
                ["apiVersion"] = new Map { ["type"] = "string" },
                ["kind"] = new Map { ["type"] = "string" },
                ["metadata"] = new Map { ["$ref"] = prefix + ListMeta },
                ["items"] = new Map { ["type"] = "array", ["items"] = new Map { ["$ref"] = prefix + type.DefinitionName } },
            },
            ["x-kubernetes-group-version-kind"] = new Items
            {
                new Map { ["group"] = type.Group, ["version"] = type.Version, ["kind"] = type.ListKind },
            },
        };
    }

    /// <summary>A schema with its references pointing where the document keeps its schemas.</summary>
    private static object? Rewritten(object? value, bool version3, ISet<string> needed) => value switch
    {
        Map map when map.TextAt("$ref") is { } reference => Reference(map, reference, version3, needed),
        Map map => map.ToDictionary(m => m.Key, m => Rewritten(m.Value, version3, needed), StringComparer.Ordinal),
        Items items => items.Select(i => Rewritten(i, version3, needed)).ToList(),
        _ => value,
    };

    private static Map Reference(Map map, string reference, bool version3, ISet<string> needed)
    {
        var name = reference.Split('/')[^1];
        needed.Add(name);
        var target = new Map { ["$ref"] = (version3 ? V3Prefix : V2Prefix) + name };
        var others = map.Where(m => m.Key is not ("$ref" or "type")).ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal);
        if (!version3)
        {
            foreach (var (key, value) in others)
            {
                target[key] = value;
            }

            return target;
        }

        if (others.Count == 0)
        {
            return target;
        }

        others["allOf"] = new Items { target };
        return others;
    }

    /// <summary>Version 2 cannot say nullable, anyOf and the like; the reference drops them in the same places.</summary>
    private static object? Lowered(object? value)
    {
        if (value is Items items)
        {
            return items.Select(Lowered).ToList();
        }

        if (value is not Map map)
        {
            return value;
        }

        var copy = new Map();
        foreach (var (key, child) in map)
        {
            switch (key)
            {
                case "default" or "nullable" or "anyOf" or "oneOf" or "allOf" or "not" or "x-kubernetes-validations":
                    break;
                case "properties":
                    copy[key] = ((Map)child!).ToDictionary(p => p.Key, p => Lowered(p.Value), StringComparer.Ordinal);
                    break;
                case "items" or "additionalProperties":
                    copy[key] = Lowered(child);
                    break;
                default:
                    copy[key] = child;
                    break;
            }
        }

        if (map.FlagAt("nullable") || map.FlagAt("x-kubernetes-preserve-unknown-fields") || map.FlagAt("x-kubernetes-int-or-string"))
        {
            copy.Remove("type");
            copy.Remove("properties");
            copy.Remove("items");
        }

        return copy;
    }

    private static Map SchemaOf(ResourceType type, bool version3, ISet<string> needed)
    {
        var source = new Map(type.Schema!.Source);
        if (type.IsCustom)
        {
            var properties = new Map(source.MapAt("properties") ?? [])
            {
                ["metadata"] = new Map { ["$ref"] = V2Prefix + ObjectMeta },
            };
            properties.TryAdd("apiVersion", new Map { ["type"] = "string" });
            properties.TryAdd("kind", new Map { ["type"] = "string" });
            source["properties"] = properties;
            if (!version3)
            {
                source = (Map)Lowered(source)!;
            }
        }

        source = (Map)Rewritten(source, version3, needed)!;
        source["x-kubernetes-group-version-kind"] = new Items { KindOf(type) };
        return source;
    }

    private byte[] Cached(string name, Func<byte[]> make)
    {
        lock (_gate)
        {
            if (_generation != registry.Generation)
            {
                _documents.Clear();
                _generation = registry.Generation;
            }

            if (!_documents.TryGetValue(name, out var document))
            {
                _documents[name] = document = make();
            }

            return document;
        }
    }

    private Map Schemas(IReadOnlyList<ResourceType> types, bool version3)
    {
        var schemas = new Map();
        var needed = new SortedSet<string>(StringComparer.Ordinal) { ListMeta };
        foreach (var type in types)
        {
            schemas[type.DefinitionName] = SchemaOf(type, version3, needed);
            AddList(schemas, type, version3 ? V3Prefix : V2Prefix);
        }

        while (needed.FirstOrDefault(n => !schemas.ContainsKey(n)) is { } name)
        {
            schemas[name] = definitions.Source.TryGetValue(name, out var source)
                ? Rewritten(source, version3, needed)
                : new Map { ["type"] = "object" };
        }

        return schemas;
    }

    private Map Document2()
    {
        var paths = new Map();
        foreach (var type in registry.Types)
        {
            AddPaths(paths, type, version3: false);
        }

        return new Map
        {
            ["swagger"] = "2.0",
            ["info"] = Info(),
            ["paths"] = paths,
            ["definitions"] = Schemas(registry.Types, version3: false),
        };
    }

    private Map Document3(List<ResourceType> types)
    {
        var paths = new Map();
        foreach (var type in types)
        {
            AddPaths(paths, type, version3: true);
        }

        return new Map
        {
            ["openapi"] = "3.0.0",
            ["info"] = Info(),
            ["paths"] = paths,
            ["components"] = new Map { ["schemas"] = Schemas(types, version3: true) },
        };
    }

    private static Map Info() => new() { ["title"] = "Kubernetes", ["version"] = LabVersion.Git };
}

/// <summary>The one binary form that older kubectl insists on: OpenAPI 2 in the protobuf schema of gnostic.</summary>
internal static class OpenApiProtobuf
{
    private static readonly (string Name, int Field)[] Texts = [("format", 2), ("title", 3), ("description", 4), ("pattern", 13)];
    private static readonly (string Name, int Field)[] Doubles = [("multipleOf", 6), ("maximum", 7), ("minimum", 9)];
    private static readonly (string Name, int Field)[] Flags = [("exclusiveMaximum", 8), ("exclusiveMinimum", 10), ("uniqueItems", 16)];
    private static readonly (string Name, int Field)[] Integers =
        [("maxLength", 11), ("minLength", 12), ("maxItems", 14), ("minItems", 15), ("maxProperties", 17), ("minProperties", 18)];

    private static readonly (string Name, int Field)[] Methods = [("get", 2), ("put", 3), ("post", 4), ("delete", 5), ("patch", 8)];

    public static byte[] Encode(Map document)
    {
        var output = new Writer();
        output.Text(1, document.TextAt("swagger"));
        output.Message(2, info =>
        {
            info.Text(1, document.TextAt("info", "title"));
            info.Text(2, document.TextAt("info", "version"));
        });
        output.Message(8, paths =>
        {
            foreach (var (path, item) in document.MapAt("paths")!)
            {
                paths.Message(2, named =>
                {
                    named.Text(1, path);
                    named.Message(2, value => PathItem(value, (Map)item!));
                });
            }
        });
        output.Message(9, all => Named(all, document.MapAt("definitions")!));
        return output.ToArray();
    }

    private static void Named(Writer output, Map schemas)
    {
        foreach (var (name, schema) in schemas.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            output.Message(1, named =>
            {
                named.Text(1, name);
                named.Message(2, value => Schema(value, (Map)schema!));
            });
        }
    }

    private static void PathItem(Writer output, Map item)
    {
        foreach (var (method, field) in Methods)
        {
            if (item.MapAt(method) is { } operation)
            {
                output.Message(field, value => Operation(value, operation));
            }
        }

        Parameters(output, 9, item.ItemsAt("parameters"));
    }

    private static void Operation(Writer output, Map operation)
    {
        output.Text(5, operation.TextAt("operationId"));
        Parameters(output, 8, operation.ItemsAt("parameters"));
        output.Message(9, responses =>
        {
            foreach (var (code, response) in operation.MapAt("responses")!)
            {
                responses.Message(1, named =>
                {
                    named.Text(1, code);
                    named.Message(2, value => value.Message(1, body =>
                    {
                        body.Text(1, (response as Map).TextAt("description"));
                        if ((response as Map).MapAt("schema") is { } schema)
                        {
                            body.Message(2, item => item.Message(1, s => Schema(s, schema)));
                        }
                    }));
                });
            }
        });
        Extensions(output, 13, operation);
    }

    private static void Parameters(Writer output, int field, Items? parameters)
    {
        foreach (var parameter in parameters?.OfType<Map>() ?? [])
        {
            var isPath = parameter.TextAt("in") == "path";
            output.Message(field, item => item.Message(1, p => p.Message(2, nonBody => nonBody.Message(isPath ? 4 : 3, value =>
            {
                value.Flag(1, parameter.FlagAt("required"));
                value.Text(2, parameter.TextAt("in"));
                value.Text(4, parameter.TextAt("name"));
                value.Text(isPath ? 5 : 6, parameter.TextAt("type"));
            }))));
        }
    }

    private static void Schema(Writer output, Map schema)
    {
        output.Text(1, schema.TextAt("$ref"));
        foreach (var (name, field) in Texts)
        {
            output.Text(field, schema.TextAt(name));
        }

        foreach (var (name, field) in Doubles)
        {
            if (schema.At(name) is { } number)
            {
                output.Double(field, Convert.ToDouble(number, System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        foreach (var (name, field) in Flags)
        {
            output.Flag(field, schema.FlagAt(name));
        }

        foreach (var (name, field) in Integers)
        {
            if (schema.At(name) is long number)
            {
                output.Integer(field, number);
            }
        }

        foreach (var required in schema.ItemsAt("required")?.OfType<string>() ?? [])
        {
            output.Text(19, required);
        }

        foreach (var word in schema.ItemsAt("enum") ?? [])
        {
            output.Message(20, any => any.Text(2, Json.Text(word)));
        }

        if (schema.MapAt("additionalProperties") is { } more)
        {
            output.Message(21, item => item.Message(1, value => Schema(value, more)));
        }

        if (schema.TextAt("type") is { } type)
        {
            output.Message(22, item => item.Text(1, type));
        }

        if (schema.MapAt("items") is { } items)
        {
            output.Message(23, item => item.Message(1, value => Schema(value, items)));
        }

        if (schema.MapAt("properties") is { } properties)
        {
            output.Message(25, value => Named(value, properties));
        }

        Extensions(output, 31, schema);
    }

    private static void Extensions(Writer output, int field, Map source)
    {
        foreach (var (name, value) in source.Where(s => s.Key.StartsWith("x-", StringComparison.Ordinal)))
        {
            output.Message(field, named =>
            {
                named.Text(1, name);
                named.Message(2, any => any.Text(2, Json.Text(value)));
            });
        }
    }

    private sealed class Writer
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

        public void Text(int field, string? text)
        {
            if (!string.IsNullOrEmpty(text))
            {
                Bytes(field, Encoding.UTF8.GetBytes(text));
            }
        }

        public void Flag(int field, bool flag)
        {
            if (flag)
            {
                Integer(field, 1);
            }
        }

        public void Integer(int field, long number)
        {
            Variable((ulong)field << 3);
            Variable((ulong)number);
        }

        public void Double(int field, double number)
        {
            Variable(((ulong)field << 3) | 1);
            _bytes.Write(BitConverter.GetBytes(number));
        }

        public void Message(int field, Action<Writer> fill)
        {
            var inner = new Writer();
            fill(inner);
            Bytes(field, inner.ToArray());
        }

        private void Bytes(int field, byte[] bytes)
        {
            Variable(((ulong)field << 3) | 2);
            Variable((ulong)bytes.Length);
            _bytes.Write(bytes);
        }

        private void Variable(ulong value)
        {
            while (value >= 0x80)
            {
                _bytes.Write([(byte)(value | 0x80)]);
                value >>= 7;
            }

            _bytes.Write([(byte)value]);
        }
    }
}
