using System.Globalization;
using System.Text.Json;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Metal3.CrdBridge.Watching;

namespace Metal3.CrdBridge.Delivery;

/// <summary>All that is kept of an object that a host depends on.</summary>
/// <param name="Version">Another text, another reason to tell the host.</param>
internal sealed record RelatedVersion(string Version);

/// <summary>Reads objects down to what may be kept of them.</summary>
internal static class Projections
{
    /// <summary>A host, without what must not be in a history.</summary>
    public static HostSnapshot Host(ReadOnlySpan<byte> json) => HostSnapshot.From(Metal3Json.Deserialize<BareMetalHost>(json));

    /// <summary>A Secret's version; its data is never even parsed.</summary>
    public static RelatedVersion Secret(ReadOnlySpan<byte> json) => new(ObjectHead.Read(json).ResourceVersion);

    /// <summary>The spec's generation, so that status, which our own activities write, wakes nobody.</summary>
    public static RelatedVersion Generation(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        long generation = 0;
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && !reader.ValueTextEquals("metadata"u8))
            {
                reader.Read();
                reader.Skip();
            }
            else if (reader.CurrentDepth == 2 && reader.TokenType == JsonTokenType.PropertyName)
            {
                var found = reader.ValueTextEquals("generation"u8);
                reader.Read();
                if (found && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out generation))
                {
                    break;
                }

                reader.Skip();
            }
        }

        return new(generation.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The spec's generation and what a builder answered; when it answered does not matter.</summary>
    public static RelatedVersion Image(ReadOnlySpan<byte> json)
    {
        var image = Metal3Json.Deserialize<PreprovisioningImage>(json);
        var status = image.Status ?? new();
        var conditions = (status.Conditions ?? []).OrderBy(c => c.Type, StringComparer.Ordinal)
            .Select(c => $"{c.Type}={c.Status}/{c.Reason}/{c.ObservedGeneration}/{c.Message}");
        var answer = string.Join(
            '\n',
            [
                status.ImageUrl, status.KernelUrl, status.ExtraKernelParams, status.Format?.Word, status.Architecture,
                status.NetworkData.Name, status.NetworkData.Version, .. conditions,
            ]);
        return new(string.Create(CultureInfo.InvariantCulture, $"{image.Metadata.Generation ?? 0}:{SafeUrl.Hash(answer)[..16]}"));
    }
}

/// <summary>What was last delivered of a host, as far as it matters: status, written by ourselves, is no part of it.</summary>
internal sealed record Delivered(
    string Uid,
    long Generation,
    DateTimeOffset? DeletionTimestamp,
    bool Claimed,
    string? LabelsHash,
    ValueMap<string> Annotations,
    ValueMap<string> Related)
{
    public static Delivered Of(HostSnapshot host) => new(
        host.Host.Uid, host.Generation, host.DeletionTimestamp, host.Claimed, host.LabelsHash, host.Annotations, host.Related);
}

/// <summary>A host's references to Secrets, by the role that each plays.</summary>
internal static class SecretRoles
{
    public static IEnumerable<(string Role, ObjectKey Secret)> Of(HostSnapshot host)
    {
        var spec = host.Spec;
        var own = host.Host.Namespace;
        if (spec.Bmc.CredentialsName is { Length: > 0 } credentials)
        {
            yield return ("bmc-secret", new(own, credentials));
        }

        if (spec.PreprovisioningNetworkDataName is { Length: > 0 } network)
        {
            yield return ("network-secret", new(own, network));
        }

        if (Key(spec.UserData) is { } userData)
        {
            yield return ("user-data", userData);
        }

        if (Key(spec.NetworkData) is { } networkData)
        {
            yield return ("network-data", networkData);
        }

        if (Key(spec.MetaData) is { } metaData)
        {
            yield return ("meta-data", metaData);
        }

        ObjectKey? Key(SecretReference? reference) => reference?.Name is { Length: > 0 } name
            ? new(reference.Namespace is { Length: > 0 } other ? other : own, name)
            : null;
    }
}
