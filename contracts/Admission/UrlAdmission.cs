using Metal3.Contracts.Bmc;
using Metal3.Contracts.Resources;

namespace Metal3.Contracts.Admission;

/// <summary>Rules for URLs from which Ironic loads things.</summary>
public static class UrlAdmission
{
    private static readonly string[] Schemes = ["http", "https", "ftp", "gopher", "oci"];

    /// <summary>Rules for an image; those on checksums hold again right before provisioning.</summary>
    /// <param name="image">Image.</param>
    /// <returns>All violations, with paths as in a host's spec.</returns>
    public static IReadOnlyList<Violation> Image(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return [.. Url("spec.image.url", image.Url), .. Checksum(image)];
    }

    /// <summary>Rules for one URL.</summary>
    /// <param name="field">Its path.</param>
    /// <param name="url">URL.</param>
    /// <returns>None or one violation.</returns>
    public static IReadOnlyList<Violation> Url(string field, string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (!GoUrl.TryParseRequest(url, out var parts, out var problem))
        {
            return [new("B19", field, $"it is not a URL, because {problem}; write it like https://images.example.com/disk.qcow2.")];
        }

        return Schemes.Contains(parts.Scheme, StringComparer.Ordinal)
            ? []
            : [new("B20", field, $"Ironic cannot load from '{parts.Scheme}'; use one of {string.Join(", ", Schemes)}.")];
    }

    private static IEnumerable<Violation> Checksum(Image image)
    {
        var isGiven = !string.IsNullOrEmpty(image.Checksum);
        if (image.Url.StartsWith("oci://", StringComparison.OrdinalIgnoreCase))
        {
            if (isGiven)
            {
                yield return new("B22", "spec.image.checksum", "an oci:// image brings its own digest; remove the checksum.");
            }
        }
        else if (image.Format != ImageFormat.LiveIso)
        {
            if (!isGiven)
            {
                yield return new("B21", "spec.image.checksum", "without it nobody can tell whether the image arrived whole; give the checksum, or the URL of a file with it.");
            }

            if (image.ChecksumType is { } type && !ChecksumType.Known.Contains(type))
            {
                yield return new("B34", "spec.image.checksumType", $"'{type}' is not known; use one of {string.Join(", ", ChecksumType.Known.Select(t => t.Word))}.");
            }
        }
    }
}
