using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Metal3.Lab.Kubernetes;

/// <summary>The rules of <c>metadata</c>: names, labels, annotations, finalizers, owners.</summary>
internal static partial class MetaRules
{
    private const int MostAnnotationBytes = 256 * 1024;

    private const string NamePart =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
        + " (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string PrefixPart =
        "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start"
        + " and end with an alphanumeric character (e.g. 'example.com', regex used for validation is"
        + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string SubdomainRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with"
        + " an alphanumeric character (e.g. 'example.com', regex used for validation is"
        + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string LabelRule =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an"
        + " alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string LabelValueRule =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with"
        + " an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is"
        + " '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    /// <summary>Five characters of the alphabet that <c>generateName</c> uses.</summary>
    public static string RandomSuffix() => RandomNumberGenerator.GetString("bcdfghjklmnpqrstvwxz2456789", 5);

    public static void Validate(ResourceType type, Map metadata, List<FieldError> errors)
    {
        var name = metadata.TextAt("name") ?? "";
        if (name.Length == 0)
        {
            errors.Add(FieldError.Required("metadata.name", "name or generateName is required"));
        }
        else if (NameProblem(type.Names, name) is { } problem)
        {
            errors.Add(FieldError.Invalid("metadata.name", name, problem));
        }

        foreach (var (key, value) in metadata.MapAt("labels") ?? [])
        {
            if (LabelKeyProblem(key) is { } wrong)
            {
                errors.Add(FieldError.Invalid("metadata.labels", key, wrong));
            }

            var text = value as string ?? "";
            if (text.Length > 63)
            {
                errors.Add(FieldError.TooLong("metadata.labels", 63));
            }
            else if (!LabelValue().IsMatch(text))
            {
                errors.Add(FieldError.Invalid("metadata.labels", text, LabelValueRule));
            }
        }

        long bytes = 0;
        foreach (var (key, value) in metadata.MapAt("annotations") ?? [])
        {
            if (LabelKeyProblem(key.ToLowerInvariant()) is { } wrong)
            {
                errors.Add(FieldError.Invalid("metadata.annotations", key, wrong));
            }

            bytes += key.Length + System.Text.Encoding.UTF8.GetByteCount(value as string ?? "");
        }

        if (bytes > MostAnnotationBytes)
        {
            errors.Add(FieldError.TooLong("metadata.annotations", MostAnnotationBytes));
        }

        foreach (var finalizer in metadata.ItemsAt("finalizers")?.OfType<string>() ?? [])
        {
            if (LabelKeyProblem(finalizer) is { } wrong)
            {
                errors.Add(FieldError.Invalid("metadata.finalizers", finalizer, wrong));
            }
        }

        ValidateOwners(metadata, errors);
    }

    public static string? NameProblem(NameRule rule, string name) => rule switch
    {
        NameRule.PathSegment => name is "." or ".." ? $"may not be '{name}'"
            : name.IndexOfAny(['/', '%']) is >= 0 and var at ? $"may not contain '{name[at]}'" : null,
        NameRule.Label => name.Contains('.') ? "must not contain dots" : name.Length > 63 ? "must be no more than 63 bytes" : DnsLabel().IsMatch(name) ? null : LabelRule,
        _ => name.Length > 253 ? "must be no more than 253 bytes" : Subdomain().IsMatch(name) ? null : SubdomainRule,
    };

    /// <summary>What is wrong with a qualified name (label or annotation key, finalizer); null if nothing is.</summary>
    public static string? LabelKeyProblem(string key)
    {
        var parts = key.Split('/');
        switch (parts.Length)
        {
            case > 2:
                return "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an"
                    + " alphanumeric character with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            case 2 when parts[0].Length == 0:
                return "prefix part must be non-empty";
            case 2 when parts[0].Length > 253:
                return "prefix part must be no more than 253 bytes";
            case 2 when !Subdomain().IsMatch(parts[0]):
                return PrefixPart;
        }

        var name = parts[^1];
        return name.Length == 0 ? "name part must be non-empty" : name.Length > 63 ? "name part must be no more than 63 bytes"
            : QualifiedName().IsMatch(name) ? null : NamePart;
    }

    private static void ValidateOwners(Map metadata, List<FieldError> errors)
    {
        var owners = metadata.ItemsAt("ownerReferences")?.OfType<Map>().ToList() ?? [];
        string? controller = null;
        for (var i = 0; i < owners.Count; i++)
        {
            foreach (var (field, what) in new[] { ("apiVersion", "version must not be empty"), ("kind", "must not be empty"), ("name", "must not be empty"), ("uid", "must not be empty") })
            {
                if (string.IsNullOrEmpty(owners[i].TextAt(field)))
                {
                    errors.Add(FieldError.Invalid($"metadata.ownerReferences.{field}", owners[i].TextAt(field) ?? "", what));
                }
            }

            if (owners[i].FlagAt("controller"))
            {
                if (controller is not null)
                {
                    errors.Add(FieldError.Invalid(
                        "metadata.ownerReferences", owners[i],
                        $"Only one reference can have Controller set to true. Found \"true\" in references for {controller} and {owners[i].TextAt("name")}"));
                }

                controller = owners[i].TextAt("name");
            }
        }
    }

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z", RegexOptions.ExplicitCapture)]
    private static partial Regex QualifiedName();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex DnsLabel();
}
