using System.Globalization;
using System.Text.Json.Nodes;

namespace Metal3.Contracts.Tests;

/// <summary>Makes objects that a schema allows, with unknown words and unknown members thrown in at every depth.</summary>
internal sealed class AnyObject(Random random, bool unknownMembers = true)
{
    /// <summary>Names of members that no schema has; the fourth differs from a known one in case only.</summary>
    private static readonly string[] Strangers = ["unknown0", "unknown1", "", "Online", "bootMacAddress", "a.b/c", "$type", "__proto__", "ünï ✓", "Unknown"];

    /// <summary>Numbers that no type of ours could hold, and spellings that a number would forget.</summary>
    private static readonly string[] Numbers = ["123456789012345678901234567890", "1e400", "-0.0", "0.1000000000000000055511151231257827", "9223372036854775808"];

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
            ["annotations"] = new JsonObject { [Text()] = Text(), [Text() + "2"] = "{\"mode\":5}" },
            ["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "v", ["kind"] = "k", ["name"] = "n", ["uid"] = Text(), ["controller"] = Chance() }),
        };
        if (unknownMembers)
        {
            made["metadata"]!["managedFields"] = Anything(3);
            made["metadata"]![Stranger()] = Anything(3);
            made["metadata"]!["ownerReferences"]![0]![Stranger()] = Anything(3);
            made[Stranger()] = Anything(3);
        }

        return made;
    }

    private JsonNode? Known(JsonObject schema)
    {
        if ((bool?)schema["nullable"] is true && Chance())
        {
            return null;
        }

        return (string?)schema["type"] switch
        {
            "object" => Object(schema),
            "array" => new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Known(schema["items"]!.AsObject()))]),
            "boolean" => Chance(),
            "integer" when (string?)schema["format"] == "int32" => random.Next(-5, int.MaxValue),
            "integer" => random.NextInt64(-5, long.MaxValue),
            "number" => Math.Round(random.NextDouble() * 1e6, 3),
            "string" when (string?)schema["format"] == "date-time" => Time(),
            "string" when schema["enum"] is JsonArray words => Chance() ? words[random.Next(words.Count)]!.DeepClone() : "unheard of",
            "string" when schema["pattern"] is not null => "00:11:22:33:44:55",
            "string" => Text(),
            _ => Chance() ? random.NextInt64() : Text(), // int-or-string
        };
    }

    private JsonObject Object(JsonObject schema)
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
                made[name] = Known(member!.AsObject());
            }
        }

        if (schema["additionalProperties"] is JsonObject values)
        {
            for (var i = random.Next(3); i > 0; i--)
            {
                made[Text() + i] = Known(values);
            }
        }
        else if (unknownMembers && Chance())
        {
            made[Stranger()] = Anything(3);
        }

        return made;
    }

    private JsonNode? Anything(int depth) => random.Next(depth > 0 ? 8 : 6) switch
    {
        0 => null,
        5 => JsonNode.Parse(Numbers[random.Next(Numbers.Length)]),
        1 => Chance(),
        2 => random.NextInt64(),
        3 => random.NextDouble(),
        4 => Text(),
        6 => new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Anything(depth - 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(3)).Select(i => KeyValuePair.Create(Text() + i, Anything(depth - 1)))),
    };

    private string Stranger() => Strangers[random.Next(Strangers.Length)];

    private string Text() => Texts[random.Next(Texts.Length)];

    private bool Chance() => random.Next(2) == 0;

    private string Time() => DateTimeOffset.FromUnixTimeSeconds(random.Next()).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
