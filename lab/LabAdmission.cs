using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace Metal3.Lab;

/// <summary>The deployment's admission, for a bridge in this process.</summary>
internal static class LabAdmission
{
    /// <summary>Writes a certificate for the loopback address where the bridge looks for the webhook's.</summary>
    /// <returns>The bundle that the API server must trust.</returns>
    public static async Task<string> WriteCertificateAsync(string directory, CancellationToken cancellation)
    {
        _ = Directory.CreateDirectory(directory);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=metal3-lab-webhook", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
        await File.WriteAllTextAsync(Path.Combine(directory, "tls.crt"), certificate.ExportCertificatePem(), cancellation);
        await File.WriteAllTextAsync(Path.Combine(directory, "tls.key"), key.ExportPkcs8PrivateKeyPem(), cancellation);
        return Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
    }

    /// <summary>Applies the deployment's webhook configuration, with an address instead of a service.</summary>
    /// <remarks>Where a cluster refuses what nobody can judge, the lab lets it pass: its bridge may be stopped to see what happens.</remarks>
    public static async Task ApplyAsync(IKubernetes kubernetes, Uri webhook, string bundle, CancellationToken cancellation)
    {
        var configuration = Manifests.Embedded("webhook.yaml").Single(document => document["kind"]!.GetValue<string>() == "ValidatingWebhookConfiguration");
        configuration["metadata"]!.AsObject().Remove("annotations");
        foreach (var one in configuration["webhooks"]!.AsArray())
        {
            var path = one!["clientConfig"]!["service"]!["path"]!.GetValue<string>();
            one["clientConfig"] = new JsonObject { ["url"] = new Uri(webhook, path).AbsoluteUri, ["caBundle"] = bundle };
            one["failurePolicy"] = "Ignore";
        }

        _ = await kubernetes.CustomObjects.PatchClusterCustomObjectAsync(
            new V1Patch(configuration.ToJsonString(), V1Patch.PatchType.ApplyPatch),
            "admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", configuration["metadata"]!["name"]!.GetValue<string>(),
            fieldManager: Manifests.Manager, force: true, cancellationToken: cancellation);
    }
}
