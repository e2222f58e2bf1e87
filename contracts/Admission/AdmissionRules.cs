using System.Text.Json;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Admission;

/// <summary>What is done to an object.</summary>
public enum AdmissionOperation
{
    /// <summary>It is new.</summary>
    Create,

    /// <summary>It changes.</summary>
    Update,

    /// <summary>It goes.</summary>
    Delete,
}

/// <summary>A write that the API server asks about.</summary>
/// <param name="Kind">Kind of the object, such as <c>BareMetalHost</c>.</param>
/// <param name="Operation">What is done.</param>
/// <param name="Object">The object as sent; <see langword="null"/> for a deletion.</param>
/// <param name="OldObject">The object as stored; <see langword="null"/> for a new one.</param>
public sealed record AdmissionRequest(string Kind, AdmissionOperation Operation, JsonElement? Object, JsonElement? OldObject);

/// <summary>All rules that the CRDs cannot express, by kind.</summary>
public static class AdmissionRules
{
    /// <summary>Whether the rules need to know who uses the attachment of a request.</summary>
    /// <param name="request">Request.</param>
    /// <returns>Whether hosts must be listed before <see cref="Check"/>.</returns>
    public static bool NeedsAttachmentUsers(AdmissionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Kind == Metal3Group.HostNetworkAttachment.Name && request.Operation != AdmissionOperation.Create;
    }

    /// <summary>Applies the rules of a kind.</summary>
    /// <param name="request">Request; a kind without rules is never refused.</param>
    /// <param name="attachmentUsers">
    /// Interfaces that use the attachment (<see cref="AttachmentAdmission.UsersOf"/>), if <see cref="NeedsAttachmentUsers"/>;
    /// <see langword="null"/> if they could not be looked up.
    /// </param>
    /// <returns>All violations; none if it may be written. An object that cannot be read is a violation, too.</returns>
    public static IReadOnlyList<Violation> Check(AdmissionRequest request, IReadOnlyList<string>? attachmentUsers = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            return request.Kind switch
            {
                "BareMetalHost" => Changes<BareMetalHost>(request, HostAdmission.OnCreate, HostAdmission.OnUpdate),
                "BMCEventSubscription" => Changes<BmcEventSubscription>(request, SubscriptionAdmission.OnCreate, SubscriptionAdmission.OnUpdate),
                "DataImage" => Changes<DataImage>(request, CompanionAdmission.Check, (_, after) => CompanionAdmission.Check(after)),
                "HostFirmwareComponents" => Changes<HostFirmwareComponents>(request, CompanionAdmission.Check, (_, after) => CompanionAdmission.Check(after)),
                "HostClaim" => Changes<HostClaim>(request, ClaimAdmission.Check, (_, after) => ClaimAdmission.Check(after)),
                "HostNetworkAttachment" when request.Operation == AdmissionOperation.Delete => AttachmentAdmission.OnDelete(attachmentUsers),
                "HostNetworkAttachment" => Changes<HostNetworkAttachment>(
                    request, AttachmentAdmission.OnCreate, (before, after) => AttachmentAdmission.OnUpdate(before, after, attachmentUsers)),
                _ => [],
            };
        }
        catch (JsonException e)
        {
            return [new("J1", e.Path is { Length: > 2 } path ? path[2..] : request.Kind, $"it cannot be read: {e.Message}")];
        }
    }

    private static IReadOnlyList<Violation> Changes<T>(
        AdmissionRequest request, Func<T, IReadOnlyList<Violation>> onCreate, Func<T, T, IReadOnlyList<Violation>> onUpdate)
        where T : class => (request.Operation, request.Object, request.OldObject) switch
        {
            (AdmissionOperation.Create, { } created, _) => onCreate(Metal3Json.Deserialize<T>(created)),
            (AdmissionOperation.Update, { } after, { } before) => onUpdate(Metal3Json.Deserialize<T>(before), Metal3Json.Deserialize<T>(after)),
            _ => [],
        };
}
