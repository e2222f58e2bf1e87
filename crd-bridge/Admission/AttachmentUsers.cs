using Metal3.Contracts.Admission;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Metal3.CrdBridge.Watching;
using Microsoft.Extensions.Options;

namespace Metal3.CrdBridge.Admission;

/// <summary>Looks up which hosts use a network attachment, on the API server: a cache could be late, and not every replica has one.</summary>
internal sealed class AttachmentUsers(
    IOptions<BridgeOptions> options, BridgeKubernetes kubernetes, TimeProvider time, ILogger<AttachmentUsers> logger)
{
    // The API server itself waits ten seconds for the whole answer by default.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(7);

    /// <returns>One text for each interface; null if they could not be looked up.</returns>
    public async Task<IReadOnlyList<string>?> OfAsync(ObjectMeta attachment, CancellationToken cancellation)
    {
        try
        {
            using var patience = new CancellationTokenSource(Patience, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
            var reader = new ResourceReader(
                kubernetes.Client, new(Metal3Group.Name, Metal3Group.Version, Metal3Group.BareMetalHost.Plural), new(), time);
            string?[] scopes = options.Value.Namespaces is { Count: > 0 } some ? [.. some] : [null];
            var users = new List<string>();
            foreach (var ns in scopes)
            {
                string? next = null;
                do
                {
                    (_, next) = await reader.PageAsync(
                        ns,
                        next,
                        250,
                        json => users.AddRange(AttachmentAdmission.UsersOf(attachment, [Metal3Json.Deserialize<BareMetalHost>(json)])),
                        both.Token);
                }
                while (next is not null);
            }

            users.Sort(StringComparer.Ordinal);
            return users;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            logger.UsersUnknown(new(attachment.Namespace ?? "", attachment.Name ?? ""), e);
            return null;
        }
    }
}
