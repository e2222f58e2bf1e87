using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;

namespace Metal3.Contracts.Bmc;

/// <summary>A BMC that can be talked to: its address, its driver, and how strict to be with certificates.</summary>
/// <param name="Address">The address taken apart; without user information.</param>
/// <param name="Driver">What its scheme means to Ironic.</param>
/// <param name="DisableCertificateVerification">Whether any certificate is accepted.</param>
public sealed record BmcAccess(BmcAddress Address, BmcDriver Driver, bool DisableCertificateVerification)
{
    private const string DefaultIpmiPort = "623";
    private const string DefaultPrivilegeLevel = "ADMINISTRATOR";

    /// <summary>Whole scheme, such as <c>idrac-virtualmedia+https</c>, for messages.</summary>
    public string Type => Address.Scheme;

    /// <summary>Root of the Redfish service: transport, host and port; <see langword="null"/> for IPMI.</summary>
    public string? RedfishAddress => Driver.Protocol == BmcProtocol.Redfish ? $"{Driver.Transport}://{Address.Authority}" : null;

    /// <summary>Path of the system in the Redfish service, verbatim; <see langword="null"/> if the address names none.</summary>
    public string? RedfishSystemId =>
        Driver.Protocol == BmcProtocol.Redfish && (Driver.AlwaysSendsSystemId || Address.Path.Trim('/') is not ("" or "redfish/v1"))
            ? Address.Path
            : null;

    /// <summary>Port of IPMI as text, 623 if not given.</summary>
    public string IpmiPort => Address.Port.Length > 0 ? Address.Port : DefaultIpmiPort;

    /// <summary>Name of the member of <c>driver_info</c> that holds the address; a change of it re-creates the others.</summary>
    public string AddressKey => Driver.Protocol == BmcProtocol.Redfish ? "redfish_address" : "ipmi_address";

    /// <summary>Reads the BMC details of a host.</summary>
    /// <param name="details">As in <c>spec.bmc</c>.</param>
    /// <param name="access">The access, if they could be read.</param>
    /// <param name="problem">What is wrong with the address, and what helps; never contains user information.</param>
    /// <returns>Whether the address could be read and its scheme is known.</returns>
    public static bool TryParse(BmcDetails details, [NotNullWhen(true)] out BmcAccess? access, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(details);
        access = null;
        if (!BmcAddress.TryParse(details.Address, out var address, out var flaw))
        {
            problem = $"{Shown(details.Address)} cannot be read, because {flaw}; use scheme://host[:port]/path, such as redfish://10.0.0.1/redfish/v1/Systems/1.";
            return false;
        }

        if (BmcDriver.Find(address.Scheme) is not { } driver)
        {
            problem = address.Scheme.Length == 0
                ? $"{Shown(details.Address)} has no scheme; put one of {string.Join(", ", BmcDriver.Schemes)} and a colon in front."
                : $"{Shown(details.Address)} has the unknown scheme '{address.Scheme}'; use one of {string.Join(", ", BmcDriver.Schemes)} (a host name with a port needs ipmi:// in front).";
            return false;
        }

        (access, problem) = (new(address, driver, details.DisableCertificateVerification ?? false), null);
        return true;
    }

    /// <summary>Ironic's <c>driver_info</c> for this BMC.</summary>
    /// <param name="username">User; surrounding white space is removed.</param>
    /// <param name="password">Password; surrounding white space is removed. The result holds it: never log or record it.</param>
    /// <returns>A new object.</returns>
    public JsonObject DriverInfo(string username, string password)
    {
        ArgumentNullException.ThrowIfNull(username);
        ArgumentNullException.ThrowIfNull(password);
        var info = new JsonObject();
        var prefix = Driver.Protocol == BmcProtocol.Redfish ? "redfish" : "ipmi";
        if (Driver.Protocol == BmcProtocol.Redfish)
        {
            info["redfish_address"] = RedfishAddress;
            if (RedfishSystemId is { } system)
            {
                info["redfish_system_id"] = system;
            }
        }
        else
        {
            info["ipmi_address"] = Address.Host;
            info["ipmi_port"] = IpmiPort;
            info["ipmi_priv_level"] = Address.PrivilegeLevel ?? DefaultPrivilegeLevel;
        }

        info[$"{prefix}_username"] = username.Trim();
        info[$"{prefix}_password"] = password.Trim();
        if (DisableCertificateVerification)
        {
            info[$"{prefix}_verify_ca"] = false;
        }

        return info;
    }

    private static string Shown(string address) => $"'{SafeUrl.ForPeople(address)}'";
}
