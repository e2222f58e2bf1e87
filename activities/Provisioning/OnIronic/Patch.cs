using System.Text.Json.Nodes;
using Metal3.Activities.Ironic;

namespace Metal3.Activities.Provisioning.OnIronic;

/// <summary>Collects the operations that bring a node from what it is to what is wanted; nothing for what is right already.</summary>
internal sealed class Patch(IronicNode node)
{
    private readonly List<PatchOp> _operations = [];

    public IReadOnlyList<PatchOp> Operations => _operations;

    public void Add(string path, JsonNode? value) => _operations.Add(PatchOp.Add(path, value));

    public void Set(string path, string? now, string? wanted)
    {
        if (wanted is not null && now != wanted)
        {
            _operations.Add(PatchOp.Add(path, wanted));
        }
    }

    public void Set(string path, bool? now, bool wanted)
    {
        if (now != wanted)
        {
            _operations.Add(PatchOp.Add(path, wanted));
        }
    }

    /// <summary>Sets a member of a top-level object, or removes it if <paramref name="wanted"/> is null and it is there.</summary>
    public void Member(string parent, string key, JsonNode? wanted)
    {
        var members = parent switch
        {
            "/driver_info" => node.DriverInfo,
            "/properties" => node.Properties,
            _ => throw new InvalidOperationException($"{parent} is not patched by member."),
        };
        var now = members?[key];
        if (wanted is null)
        {
            if (members?.ContainsKey(key) is true)
            {
                _operations.Add(PatchOp.Remove($"{parent}/{key}"));
            }
        }
        else if (!JsonNode.DeepEquals(now, wanted))
        {
            _operations.Add(PatchOp.Add($"{parent}/{key}", wanted.DeepClone()));
        }
    }
}
