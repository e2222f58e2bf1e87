using System.Globalization;
using Metal3.Contracts.Bmc;
using Metal3.Contracts.Resources;

namespace Metal3.Contracts.Admission;

/// <summary>Rules for BMCEventSubscriptions.</summary>
public static class SubscriptionAdmission
{
    /// <summary>What is wrong with a new subscription.</summary>
    /// <param name="subscription">Subscription as sent.</param>
    /// <returns>All violations; none if it may be written.</returns>
    public static IReadOnlyList<Violation> OnCreate(BmcEventSubscription subscription)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        var spec = subscription.Spec ?? new();
        var violations = new List<Violation>();
        if (string.IsNullOrEmpty(spec.HostName))
        {
            violations.Add(new("E1", "spec.hostName", "it is empty; name the BareMetalHost whose events are wanted."));
        }

        if (string.IsNullOrEmpty(spec.Destination))
        {
            violations.Add(new("E2", "spec.destination", "it is empty; give the URL that events are sent to."));
        }
        else if (!GoUrl.TryParseRequest(spec.Destination, out var url, out var problem))
        {
            violations.Add(new("E3", "spec.destination", $"it is not a URL, because {problem}; write it like https://events.example.com/redfish."));
        }
        else if (url.Path.Length == 0)
        {
            violations.Add(new("E4", "spec.destination", "it has no path; end it with at least a slash."));
        }

        if (spec.HttpHeadersRef is { } headers && (headers.Namespace ?? "") != (subscription.Metadata.Namespace ?? ""))
        {
            violations.Add(new("E5", "spec.httpHeadersRef.namespace", "it must be the subscription's own namespace, and be written out."));
        }

        return violations;
    }

    /// <summary>What is wrong with a change of a subscription.</summary>
    /// <param name="before">Subscription as stored.</param>
    /// <param name="after">Subscription as sent.</param>
    /// <returns>All violations; none if it may be written.</returns>
    public static IReadOnlyList<Violation> OnUpdate(BmcEventSubscription before, BmcEventSubscription after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        return (before.Spec ?? new()) == (after.Spec ?? new())
            ? []
            : [new("E6", "spec", "a subscription cannot change; delete it and create another one.")];
    }
}

/// <summary>Rules for DataImages and HostFirmwareComponents, the same for new and for changed ones.</summary>
public static class CompanionAdmission
{
    /// <summary>What is wrong with a virtual CD.</summary>
    /// <param name="image">DataImage as sent.</param>
    /// <returns>All violations; none if it may be written.</returns>
    public static IReadOnlyList<Violation> Check(DataImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return [.. UrlAdmission.Url("spec.url", image.Spec?.Url ?? "").Select(v => v with { Rule = "D1" })];
    }

    /// <summary>What is wrong with firmware updates.</summary>
    /// <param name="components">HostFirmwareComponents as sent.</param>
    /// <returns>All violations; none if it may be written.</returns>
    public static IReadOnlyList<Violation> Check(HostFirmwareComponents components)
    {
        ArgumentNullException.ThrowIfNull(components);
        return
        [
            .. (components.Spec?.Updates ?? [])
                .SelectMany((update, i) => UrlAdmission.Url($"spec.updates[{i}].url", update.Url))
                .Select(v => v with { Rule = "F1" }),
        ];
    }
}

/// <summary>Rules for HostNetworkAttachments.</summary>
public static class AttachmentAdmission
{
    private const int FirstVlan = 1, LastVlan = 4094;

    /// <summary>What is wrong with a new attachment.</summary>
    /// <param name="attachment">Attachment as sent.</param>
    /// <returns>All violations; none if it may be written.</returns>
    public static IReadOnlyList<Violation> OnCreate(HostNetworkAttachment attachment)
    {
        ArgumentNullException.ThrowIfNull(attachment);
        return [.. Spec(attachment.Spec ?? new())];
    }

    /// <summary>What is wrong with a change of an attachment.</summary>
    /// <param name="before">Attachment as stored.</param>
    /// <param name="after">Attachment as sent.</param>
    /// <param name="users">
    /// Interfaces that use it, as <c>namespace/host[interface]</c> (<see cref="UsersOf"/>); <see langword="null"/> if they
    /// could not be looked up, which refuses a change of the spec.
    /// </param>
    /// <returns>All violations; none if the spec did not change.</returns>
    public static IReadOnlyList<Violation> OnUpdate(HostNetworkAttachment before, HostNetworkAttachment after, IReadOnlyList<string>? users)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var (was, becomes) = (before.Spec ?? new(), after.Spec ?? new());
        return was == becomes ? [] : [.. Spec(becomes), .. InUse("N6", "spec", "changed", users)];
    }

    /// <summary>What is wrong with a deletion of an attachment.</summary>
    /// <param name="users">As in <see cref="OnUpdate"/>.</param>
    /// <returns>None or one violation.</returns>
    public static IReadOnlyList<Violation> OnDelete(IReadOnlyList<string>? users) => [.. InUse("N7", "metadata.name", "deleted", users)];

    /// <summary>The interfaces of hosts that use an attachment.</summary>
    /// <param name="attachment">Metadata of the attachment.</param>
    /// <param name="hosts">Hosts of all namespaces.</param>
    /// <returns>One <c>namespace/host[interface]</c> for each, sorted.</returns>
    public static IReadOnlyList<string> UsersOf(ObjectMeta attachment, IEnumerable<BareMetalHost> hosts)
    {
        ArgumentNullException.ThrowIfNull(attachment);
        ArgumentNullException.ThrowIfNull(hosts);
        return
        [
            .. hosts.SelectMany(
                    host => (host.Spec?.NetworkInterfaces ?? [])
                        .Where(nic => nic.HostNetworkAttachment.Name == attachment.Name
                            && (nic.HostNetworkAttachment.Namespace is { Length: > 0 } other ? other : host.Metadata.Namespace) == attachment.Namespace)
                        .Select(nic => $"{host.Metadata.Namespace}/{host.Metadata.Name}[{nic.Name ?? nic.MacAddress}]"))
                .Order(StringComparer.Ordinal),
        ];
    }

    private static IEnumerable<Violation> InUse(string rule, string field, string done, IReadOnlyList<string>? users)
    {
        if (users is null)
        {
            yield return new(rule, field, $"it cannot be {done} now, for the hosts that may use it could not be listed; try again.");
        }
        else if (users.Count > 0)
        {
            yield return new(rule, field, $"it cannot be {done} while it is used by {string.Join(", ", users)}; remove it from their networkInterfaces first.");
        }
    }

    private static IEnumerable<Violation> Spec(HostNetworkAttachmentSpec spec)
    {
        var vlans = spec.AllowedVlans ?? [];
        if (spec.Mode == SwitchportMode.Access && vlans.Count > 0)
        {
            yield return new("N1", "spec.allowedVLANs", "an access port has one untagged VLAN; remove the list, or use mode trunk or hybrid.");
        }

        for (var i = 0; i < vlans.Count; i++)
        {
            var path = $"spec.allowedVLANs[{i}]";
            var dash = vlans[i].IndexOf('-', StringComparison.Ordinal);
            var (first, last) = dash < 0 ? (Number(vlans[i]), null) : (Number(vlans[i][..dash]), Number(vlans[i][(dash + 1)..]));
            if (dash < 0)
            {
                if (!IsVlan(first))
                {
                    yield return new("N2", path, $"a VLAN is a number from {FirstVlan} to {LastVlan}.");
                }

                continue;
            }

            if (!IsVlan(first))
            {
                yield return new("N3", path, $"a range begins with a number from {FirstVlan} to {LastVlan}.");
            }

            if (!IsVlan(last))
            {
                yield return new("N4", path, $"a range ends with a number from {FirstVlan} to {LastVlan}.");
            }

            if (first >= last)
            {
                yield return new("N5", path, "a range must end above its begin; write a single VLAN without hyphen.");
            }
        }
    }

    private static bool IsVlan(long? number) => number is >= FirstVlan and <= LastVlan;

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
