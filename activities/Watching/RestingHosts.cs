using Metal3.Activities.Ironic;
using Metal3.Activities.Provisioning.OnIronic;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;

namespace Metal3.Activities.Watching;

/// <summary>What is remembered of the nodes at rest, and what of a new listing is news to their hosts.</summary>
/// <remarks>Not thread-safe: one watch at a time.</remarks>
internal sealed class RestingHosts(Func<string, CancellationToken, Task<IronicNode?>> ask)
{
    private readonly Dictionary<string, Memory> _known = new(StringComparer.Ordinal);

    /// <summary>Takes in what a host's status says of its node, so that the first listing is compared with it.</summary>
    public void Expect(string nodeId, string hostNamespace, string hostName, bool poweredOn) =>
        _known[nodeId] = new Memory(hostNamespace, hostName, null, poweredOn);

    /// <summary>The changes that a listing shows, each for one host.</summary>
    public async Task<IReadOnlyList<(string Namespace, string Name, NodeChange Change)>> CompareAsync(
        Listing listing, CancellationToken cancellationToken)
    {
        var news = new List<(string, string, NodeChange)>();
        foreach (var (id, node) in listing.Nodes)
        {
            var phase = States.PhaseOf(node.ProvisionState);
            if (phase is NodePhase.Busy || node.TargetPowerState is { Length: > 0 }
                || node.Name?.Split('~', 2) is not [{ Length: > 0 } space, { Length: > 0 } name])
            {
                if (_known.TryGetValue(id, out var moving))
                {
                    moving.Missed = 0;
                }

                continue; // at work, or not ours
            }

            var facts = new Facts(node.ProvisionState, node.PowerState, node.Maintenance, node.Fault ?? "");
            if (!_known.TryGetValue(id, out var known))
            {
                _known[id] = new Memory(space, name, facts, null); // new to us; its workflow registers it just now
                continue;
            }

            known.Missed = 0;
            var differs = known.Facts is { } before
                ? before != facts
                : node.Maintenance || facts.Fault.Length > 0 || (node.PowerState is { } power && (power is "power on") != known.PoweredOn);
            known.Facts = facts;
            if (differs)
            {
                news.Add((known.Namespace, known.Name, new NodeChange(id, Reports.Of(node))));
            }
        }

        foreach (var (id, known) in _known.Where(one => !listing.Nodes.ContainsKey(one.Key)).ToList())
        {
            if (++known.Missed < 2)
            {
                continue;
            }

            if (await ask(id, cancellationToken) is null)
            {
                _known.Remove(id);
                news.Add((known.Namespace, known.Name, new NodeChange(id, null)));
            }
            else
            {
                known.Missed = 0;
            }
        }

        return news;
    }

    private sealed record Facts(string State, string? Power, bool Maintenance, string Fault);

    private sealed class Memory(string space, string name, Facts? facts, bool? poweredOn)
    {
        public string Namespace { get; } = space;

        public string Name { get; } = name;

        public Facts? Facts { get; set; } = facts;

        public bool? PoweredOn { get; } = poweredOn;

        public int Missed { get; set; }
    }
}
