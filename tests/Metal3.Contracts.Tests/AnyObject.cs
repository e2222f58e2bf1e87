using System.Globalization;
using System.Text.Json.Nodes;

namespace Metal3.Contracts.Tests;

/// <summary>Makes objects that a schema allows, with unknown words and unknown members thrown in at every depth.</summary>
internal sealed class AnyObject(Random random, bool unknownMembers = true)
{
    private static readonly string[] Texts = ["", "a", "Ünïcode ✓ \U0001F600", "with \"quotes\" \\ and\nlines", "https://h/?a=b&c=<d>+", "0", "true", "null"];

    public JsonObject Of(string kind, JsonObject schema)
    {
        var made = Known(schema)!.AsObject();
        made["apiVersion"] = "metal3.io/v1alpha1";
        made["kind"] = kind;
        made["metadata"] = new JsonObject
        {
            ["name"] = "n",
            ["namespace"] = Text(),
            ["generation"] = random.NextInt64(),
            ["creationTimestamp"] = Time(),
            ["labels"] = new JsonObject { [Text()] = Text() },
            ["finalizers"] = new JsonArray(Text(), Text()),
            ["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "v", ["kind"] = "k", ["name"] = "n", ["uid"] = Text(), ["controller"] = Chance() }),
        };
        if (unknownMembers)
        {
            made["metadata"]!["managedFields"] = Anything(3);
        }

        return made;
    }

    private JsonNode? Known(JsonObject schema, bool isStatus = false)
    {
        if ((bool?)schema["nullable"] is true && Chance())
        {
            return null;
        }

        return (string?)schema["type"] switch
        {
            "object" => Object(schema, isStatus),
            "array" => new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Known(schema["items"]!.AsObject(), isStatus))]),
            "boolean" => Chance(),
            "integer" when isStatus || (string?)schema["format"] == "int32" => random.Next(-5, int.MaxValue), // counters of ours are 32 bit
            "integer" => random.NextInt64(-5, long.MaxValue),
            "number" => Math.Round(random.NextDouble() * 1e6, 3),
            "string" when (string?)schema["format"] == "date-time" => Time(),
            "string" when schema["enum"] is JsonArray words => Chance() ? words[random.Next(words.Count)]!.DeepClone() : "unheard of",
            "string" when schema["pattern"] is not null => "00:11:22:33:44:55",
            "string" => Text(),
            _ => Chance() ? random.NextInt64() : Text(), // int-or-string
        };
    }

    private JsonObject Object(JsonObject schema, bool isStatus)
    {
        var made = new JsonObject();
        foreach (var (name, member) in schema["properties"]?.AsObject() ?? [])
        {
            if (!unknownMembers && member!["type"]?.ToString() == "object" && member["properties"] is null && member["additionalProperties"] is null)
            {
                continue; // the empty status of two kinds, which nobody writes and no record models
            }

            if (Chance() || schema["required"]?.AsArray().Any(r => (string)r! == name) is true)
            {
                made[name] = Known(member!.AsObject(), isStatus || name == "status");
            }
        }

        if (schema["additionalProperties"] is JsonObject values)
        {
            for (var i = random.Next(3); i > 0; i--)
            {
                made[Text() + i] = Known(values, isStatus);
            }
        }
        else if (unknownMembers && schema["properties"] is not null && random.Next(3) == 0)
        {
            made["unknown" + random.Next(3)] = Anything(3);
        }

        return made;
    }

    private JsonNode? Anything(int depth) => random.Next(depth > 0 ? 7 : 5) switch
    {
        0 => null,
        1 => Chance(),
        2 => random.NextInt64(),
        3 => random.NextDouble(),
        4 => Text(),
        5 => new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Anything(depth - 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(3)).Select(i => KeyValuePair.Create(Text() + i, Anything(depth - 1)))),
    };

    private string Text() => Texts[random.Next(Texts.Length)];

    private bool Chance() => random.Next(2) == 0;

    private string Time() => DateTimeOffset.FromUnixTimeSeconds(random.Next()).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
