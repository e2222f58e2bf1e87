using System.Globalization;
using System.Text.Json.Nodes;

namespace Metal3.Lab;

/// <summary>A machine of the simulated data centre with its manifests.</summary>
public sealed record SampleHost
{
    private static readonly string[] Protocols = ["redfish", "redfish-virtualmedia", "ipmi"];

    /// <summary>Name of the BareMetalHost, of the simulated machine, and (with <c>-bmc</c>) of the Secret.</summary>
    public required string Name { get; init; }

    /// <summary>Namespace of both objects.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary><c>redfish</c>, <c>redfish-virtualmedia</c> or <c>ipmi</c>.</summary>
    public string Protocol { get; init; } = "redfish";

    /// <summary>MAC of the interface it boots from.</summary>
    public required string Mac { get; init; }

    /// <summary>The BMC's password, known to the simulated machine as well; the user is <c>admin</c>.</summary>
    public required string Password { get; init; }

    /// <summary>URL of the image to write; null leaves the host without one.</summary>
    public string? Image { get; init; } = "http://images.lab.example/ubuntu-24.04.raw";

    /// <summary>The <paramref name="count"/> hosts <c>worker-0</c>, <c>worker-1</c>, …, with the three kinds of BMCs in turn.</summary>
    public static IReadOnlyList<SampleHost> Many(int count, string @namespace = "default") =>
    [
        .. Enumerable.Range(0, count).Select(number => new SampleHost
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"worker-{number}"),
            Namespace = @namespace,
            Protocol = Protocols[number % Protocols.Length],
            Mac = string.Create(CultureInfo.InvariantCulture, $"52:54:00:{number >> 16 & 255:x2}:{number >> 8 & 255:x2}:{number & 255:x2}"),
            Password = $"lab-{number:x4}",
        }),
    ];

    /// <summary>How the simulated machine is declared.</summary>
    internal JsonObject Machine() => new()
    {
        ["name"] = Name,
        ["mac"] = Mac,
        ["userName"] = "admin",
        ["password"] = Password,
        ["address"] = Protocol == "ipmi" ? IpmiAddress : null,
    };

    /// <summary>The Secret, then the BareMetalHost.</summary>
    /// <param name="redfish">URL of the machine's Redfish system.</param>
    internal IReadOnlyList<JsonObject> Manifests(Uri redfish)
    {
        var secret = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = $"{Name}-bmc", ["namespace"] = Namespace },
            ["type"] = "Opaque",
            ["stringData"] = new JsonObject { ["username"] = "admin", ["password"] = Password },
        };
        var spec = new JsonObject
        {
            ["online"] = true,
            ["bootMACAddress"] = Mac,
            ["bmc"] = new JsonObject
            {
                ["address"] = Protocol == "ipmi"
                    ? $"ipmi://{IpmiAddress}"
                    : $"{Protocol}+{redfish.Scheme}://{redfish.Authority}{redfish.AbsolutePath}",
                ["credentialsName"] = $"{Name}-bmc",
            },
        };
        if (Image is not null)
        {
            spec["image"] = new JsonObject
            {
                ["url"] = Image,
                ["checksum"] = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                ["checksumType"] = "sha256",
                ["format"] = "raw",
            };
        }

        return
        [
            secret,
            new JsonObject
            {
                ["apiVersion"] = "metal3.io/v1alpha1",
                ["kind"] = "BareMetalHost",
                ["metadata"] = new JsonObject { ["name"] = Name, ["namespace"] = Namespace },
                ["spec"] = spec,
            },
        ];
    }

    // Only a name by which the simulator finds the machine: in 198.18.0.0/15 (RFC 2544) nobody answers.
    private string IpmiAddress
    {
        get
        {
            var parts = Mac.Split(':');
            return string.Create(
                CultureInfo.InvariantCulture,
                $"198.{18 + (Convert.ToInt32(parts[3], 16) & 1)}.{Convert.ToInt32(parts[4], 16)}.{Convert.ToInt32(parts[5], 16)}");
        }
    }
}
