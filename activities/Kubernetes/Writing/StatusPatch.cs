using System.Text.Json.Nodes;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;

namespace Metal3.Activities.Kubernetes.Writing;

/// <summary>The smallest JSON patch that makes a status what it should be.</summary>
internal static class StatusPatch
{
    /// <summary>Compares; empty when nothing differs.</summary>
    /// <param name="uid">The object's uid, tested by the patch.</param>
    /// <param name="actual">Status on the object; null when it has none.</param>
    /// <param name="wanted">Status to reach; members that it lacks are removed.</param>
    public static JsonArray Between(string uid, JsonObject? actual, JsonObject wanted)
    {
        var patch = new JsonArray();
        if (actual is null)
        {
            patch.Add((JsonNode)Operation("add", "/status", wanted.DeepClone()));
        }
        else
        {
            Compare(patch, "/status", actual, wanted);
        }

        if (patch.Count > 0)
        {
            patch.Insert(0, Operation("test", "/metadata/uid", JsonValue.Create(uid)));
        }

        return patch;
    }

    /// <summary>Puts the whole URLs back where a <see cref="SafeUrl"/> stands for one that the object itself holds.</summary>
    public static BareMetalHostStatus WithWholeUrls(BareMetalHostStatus status, BareMetalHost host)
    {
        Image[] known =
        [
            .. new[] { host.Spec?.Image, host.Status?.Provisioning.Image, host.Status?.LastAttemptedImage }.OfType<Image>(),
        ];
        return status with
        {
            LastAttemptedImage = Whole(status.LastAttemptedImage, known),
            Provisioning = status.Provisioning with { Image = Whole(status.Provisioning.Image, known)! },
        };
    }

    private static Image? Whole(Image? image, Image[] known) => image is null
        ? null
        : image with
        {
            Url = Whole(image.Url, known.Select(one => one.Url)),
            Checksum = image.Checksum is { } checksum ? Whole(checksum, known.Select(one => one.Checksum).OfType<string>()) : null,
        };

    private static string Whole(string url, IEnumerable<string> known) =>
        SafeUrl.IsHidden(url) ? known.FirstOrDefault(whole => SafeUrl.StandsFor(url, whole)) ?? SafeUrl.ForPeople(url) : url;

    private static void Compare(JsonArray patch, string path, JsonObject actual, JsonObject wanted)
    {
        foreach (var (name, value) in wanted)
        {
            var at = $"{path}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
            if (!actual.TryGetPropertyValue(name, out var present))
            {
                // A null that the API server drops is no difference.
                if (value is not null)
                {
                    patch.Add((JsonNode)Operation("add", at, value.DeepClone()));
                }
            }
            else if (present is JsonObject presentObject && value is JsonObject wantedObject)
            {
                Compare(patch, at, presentObject, wantedObject);
            }
            else if (!JsonNode.DeepEquals(present, value))
            {
                patch.Add((JsonNode)Operation("replace", at, value?.DeepClone()));
            }
        }

        foreach (var (name, value) in actual)
        {
            if (!wanted.ContainsKey(name) && value is not null)
            {
                patch.Add((JsonNode)Operation("remove", $"{path}/{name}", null));
            }
        }
    }

    private static JsonObject Operation(string op, string path, JsonNode? value)
    {
        var operation = new JsonObject { ["op"] = op, ["path"] = path };
        if (op != "remove")
        {
            operation["value"] = value;
        }

        return operation;
    }
}
