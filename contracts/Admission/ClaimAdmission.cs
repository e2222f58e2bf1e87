using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Admission;

/// <summary>Rules for HostClaims, the same for new and for changed ones.</summary>
public static class ClaimAdmission
{
    /// <summary>What is wrong with a claim.</summary>
    /// <param name="claim">Claim as sent.</param>
    /// <returns>All violations; none if it may be written.</returns>
    public static IReadOnlyList<Violation> Check(HostClaim claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        var spec = claim.Spec ?? new();
        return
        [
            .. Labels(spec.HostSelector.MatchLabels ?? ValueMap<string>.Empty),
            .. (spec.HostSelector.MatchExpressions ?? []).SelectMany(Expression),
            .. RebootAdmission.Check("C8", claim.Metadata),
            .. (spec.Image is { } image ? UrlAdmission.Image(image) : []).Select(v => v with { Rule = "C9" }),
        ];
    }

    private static IEnumerable<Violation> Labels(ValueMap<string> labels)
    {
        foreach (var (key, value) in labels.OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            var field = $"spec.hostSelector.matchLabels[{key}]";
            if (!LabelSyntax.IsKey(key))
            {
                yield return new("C1", field, $"its key is no label key; {LabelSyntax.KeyHelp}");
            }

            if (!LabelSyntax.IsValue(value))
            {
                yield return new("C2", field, $"its value is no label value; {LabelSyntax.ValueHelp}");
            }
        }
    }

    private static IEnumerable<Violation> Expression(HostSelectorRequirement requirement, int index)
    {
        // The path counts from 0 as the API server does, the message from 1 as people and the original do.
        var (path, which) = ($"spec.hostSelector.matchExpressions[{index}]", $"requirement {index + 1}");
        var values = requirement.Values;
        if (!LabelSyntax.IsKey(requirement.Key))
        {
            yield return new("C3", $"{path}.key", $"the key of {which} is no label key; {LabelSyntax.KeyHelp}");
        }

        var rule = requirement.Operator switch
        {
            "=" or "==" or "!=" => "C4",
            "in" or "notin" => "C5",
            "exists" or "!" => "C6",
            _ => "C7",
        };
        var flaw = rule switch
        {
            "C4" when values.Count != 1 => "needs exactly one value",
            "C5" when values.Count == 0 => "needs at least one value",
            "C6" when values.Count > 0 => "takes no values; write values: []",
            _ => null,
        };
        if (rule == "C7")
        {
            yield return new(rule, $"{path}.operator", $"{which} has an unknown operator; use =, ==, !=, in, notin, exists or !, in lower case.");
        }
        else if (flaw is not null)
        {
            yield return new(rule, $"{path}.values", $"the operator {requirement.Operator} of {which} {flaw}.");
        }
        else if (rule is "C4" or "C5" && values.Any(v => !LabelSyntax.IsValue(v)))
        {
            yield return new(rule, $"{path}.values", $"a value of {which} is no label value; {LabelSyntax.ValueHelp}");
        }
    }
}

/// <summary>Syntax of labels.</summary>
internal static class LabelSyntax
{
    public const string KeyHelp = "use [prefix/]name with at most 63 letters, digits, - _ and . that begins and ends with a letter or digit.";

    public const string ValueHelp = "use at most 63 letters, digits, - _ and . that begin and end with a letter or digit, or nothing.";

    public static bool IsKey(string key)
    {
        var parts = key.Split('/');
        return parts.Length switch
        {
            1 => parts[0].Length > 0 && IsValue(parts[0]),
            2 => IsSubdomain(parts[0]) && parts[1].Length > 0 && IsValue(parts[1]),
            _ => false,
        };
    }

    public static bool IsValue(string value) => value.Length == 0
        || (value.Length <= 63 && char.IsAsciiLetterOrDigit(value[0]) && char.IsAsciiLetterOrDigit(value[^1])
            && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'));

    private static bool IsSubdomain(string text) => text.Length is > 0 and <= 253
        && text.Split('.').All(label => label.Length > 0 && label[0] != '-' && label[^1] != '-'
            && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'));
}
