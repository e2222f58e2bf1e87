using System.Runtime.InteropServices;
using k8s.Authentication;
using k8s.Exceptions;
using k8s.KubeConfigModels;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace k8s;

public partial class KubernetesClientConfiguration
{
    public static readonly string KubeConfigDefaultLocation = RuntimeInformation.IsOSPlatform(OSPlatform.Windows)
        ? Path.Combine(Environment.GetEnvironmentVariable("USERPROFILE") ?? @"\", @".kube\config")
        : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".kube/config");

    private const string KubeConfigVariable = "KUBECONFIG";

    public static KubernetesClientConfiguration BuildConfigFromConfigFile(
        string kubeconfigPath = null, string currentContext = null, string masterUrl = null, bool useRelativePaths = true) =>
        BuildConfigFromConfigFileAsync(
            kubeconfigPath is null ? null : new FileInfo(kubeconfigPath), currentContext, masterUrl, useRelativePaths)
            .GetAwaiter().GetResult();

    public static KubernetesClientConfiguration BuildConfigFromConfigFile(
        FileInfo kubeconfig, string currentContext = null, string masterUrl = null, bool useRelativePaths = true)
    {
        ArgumentNullException.ThrowIfNull(kubeconfig);
        return BuildConfigFromConfigFileAsync(kubeconfig, currentContext, masterUrl, useRelativePaths).GetAwaiter().GetResult();
    }

    public static KubernetesClientConfiguration BuildConfigFromConfigFile(
        Stream kubeconfig, string currentContext = null, string masterUrl = null) =>
        BuildConfigFromConfigFileAsync(kubeconfig, currentContext, masterUrl).GetAwaiter().GetResult();

    public static async Task<KubernetesClientConfiguration> BuildConfigFromConfigFileAsync(
        FileInfo kubeconfig, string currentContext = null, string masterUrl = null, bool useRelativePaths = true)
    {
        var loaded = kubeconfig is null
            ? await LoadKubeConfigAsync((string)null, useRelativePaths).ConfigureAwait(false)
            : await LoadKubeConfigAsync(kubeconfig, useRelativePaths).ConfigureAwait(false);
        return FromObject(loaded, currentContext, masterUrl, useRelativePaths);
    }

    public static async Task<KubernetesClientConfiguration> BuildConfigFromConfigFileAsync(
        Stream kubeconfig, string currentContext = null, string masterUrl = null) =>
        FromObject(await LoadKubeConfigAsync(kubeconfig).ConfigureAwait(false), currentContext, masterUrl, false);

    public static KubernetesClientConfiguration BuildConfigFromConfigObject(
        K8SConfiguration k8SConfig, string currentContext = null, string masterUrl = null) =>
        FromObject(k8SConfig, currentContext, masterUrl, useRelativePaths: true);

    public static K8SConfiguration LoadKubeConfig(string kubeconfigPath = null, bool useRelativePaths = true) =>
        LoadKubeConfigAsync(kubeconfigPath, useRelativePaths).GetAwaiter().GetResult();

    public static K8SConfiguration LoadKubeConfig(FileInfo kubeconfig, bool useRelativePaths = true) =>
        LoadKubeConfigAsync(kubeconfig, useRelativePaths).GetAwaiter().GetResult();

    public static K8SConfiguration LoadKubeConfig(Stream kubeconfigStream) =>
        LoadKubeConfigAsync(kubeconfigStream).GetAwaiter().GetResult();

    public static async Task<K8SConfiguration> LoadKubeConfigAsync(
        string kubeconfigPath = null, bool useRelativePaths = true)
    {
        if (kubeconfigPath is not null)
        {
            return await LoadKubeConfigAsync(new FileInfo(kubeconfigPath), useRelativePaths).ConfigureAwait(false);
        }

        var variable = Environment.GetEnvironmentVariable(KubeConfigVariable);
        if (string.IsNullOrEmpty(variable))
        {
            return await LoadKubeConfigAsync(new FileInfo(KubeConfigDefaultLocation), useRelativePaths).ConfigureAwait(false);
        }

        // As kubectl merges: the first file to name a thing wins, and files that do not exist are left out.
        var paths = variable.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        K8SConfiguration merged = null;
        foreach (var path in paths.Where(path => paths.Length == 1 || File.Exists(path)))
        {
            var next = await LoadKubeConfigAsync(new FileInfo(path), useRelativePaths).ConfigureAwait(false);
            merged = merged is null ? next : Merge(merged, next);
        }

        return merged ?? throw new KubeConfigException($"None of the files in {KubeConfigVariable} exists: {variable}");
    }

    public static async Task<K8SConfiguration> LoadKubeConfigAsync(FileInfo kubeconfig, bool useRelativePaths = true)
    {
        ArgumentNullException.ThrowIfNull(kubeconfig);
        if (!kubeconfig.Exists)
        {
            throw new KubeConfigException($"The kubeconfig {kubeconfig.FullName} does not exist; set {KubeConfigVariable} to one that does.");
        }

        var stream = kubeconfig.OpenRead();
        await using (stream.ConfigureAwait(false))
        {
            var loaded = await ReadAsync(stream, kubeconfig.FullName).ConfigureAwait(false);
            loaded.FileName = kubeconfig.FullName;
            if (useRelativePaths)
            {
                // Before files are merged: each file's paths start at that file.
                MakeAbsolute(loaded, kubeconfig.DirectoryName);
            }

            return loaded;
        }
    }

    public static Task<K8SConfiguration> LoadKubeConfigAsync(Stream kubeconfigStream)
    {
        ArgumentNullException.ThrowIfNull(kubeconfigStream);
        return ReadAsync(kubeconfigStream, "the given kubeconfig");
    }

    private static async Task<K8SConfiguration> ReadAsync(Stream stream, string what)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        var yaml = await reader.ReadToEndAsync().ConfigureAwait(false);
        try
        {
            var deserializer = new DeserializerBuilder().IgnoreUnmatchedProperties().IncludeNonPublicProperties().Build();
            return deserializer.Deserialize<K8SConfiguration>(yaml)
                ?? throw new KubeConfigException($"{what} is empty.");
        }
        catch (YamlException e)
        {
            // The parser's own words may quote the file, which holds credentials; where it stumbled is enough.
#pragma warning disable MA0054 // the inner exception would carry the quote into logs
            throw new KubeConfigException(
                $"{what} is no readable kubeconfig: look at line {e.Start.Line}, column {e.Start.Column}.");
#pragma warning restore MA0054
        }
    }

    private static K8SConfiguration Merge(K8SConfiguration first, K8SConfiguration next)
    {
        first.CurrentContext = string.IsNullOrEmpty(first.CurrentContext) ? next.CurrentContext : first.CurrentContext;
        first.Clusters = [.. (first.Clusters ?? []).Concat(next.Clusters ?? []).DistinctBy(cluster => cluster.Name)];
        first.Contexts = [.. (first.Contexts ?? []).Concat(next.Contexts ?? []).DistinctBy(context => context.Name)];
        first.Users = [.. (first.Users ?? []).Concat(next.Users ?? []).DistinctBy(user => user.Name)];
        return first;
    }

    private static void MakeAbsolute(K8SConfiguration configuration, string directory)
    {
        string From(string path) => string.IsNullOrEmpty(path) ? path : Path.Combine(directory, path);

        foreach (var cluster in (configuration.Clusters ?? []).Where(cluster => cluster?.ClusterEndpoint is not null))
        {
            cluster.ClusterEndpoint.CertificateAuthority = From(cluster.ClusterEndpoint.CertificateAuthority);
        }

        foreach (var user in (configuration.Users ?? []).Where(user => user?.UserCredentials is not null))
        {
            var credentials = user.UserCredentials;
            credentials.ClientCertificate = From(credentials.ClientCertificate);
            credentials.ClientKey = From(credentials.ClientKey);
            credentials.TokenFile = From(credentials.TokenFile);
            if (credentials.ExternalExecution?.Command is { } command && command.Contains('/', StringComparison.Ordinal))
            {
                credentials.ExternalExecution.Command = From(command);
            }
        }
    }

    private static KubernetesClientConfiguration FromObject(
        K8SConfiguration loaded, string currentContext, string masterUrl, bool useRelativePaths)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        _ = useRelativePaths; // paths were made absolute when the file was read
        var configuration = new KubernetesClientConfiguration();
        var wanted = currentContext ?? loaded.CurrentContext;
        if (string.IsNullOrEmpty(wanted))
        {
            return string.IsNullOrWhiteSpace(masterUrl)
                ? throw new KubeConfigException("The kubeconfig names no current-context; set it, or name a context.")
                : new KubernetesClientConfiguration { Host = masterUrl };
        }

        var context = (loaded.Contexts ?? []).FirstOrDefault(one => string.Equals(one?.Name, wanted, StringComparison.OrdinalIgnoreCase))
            ?? throw new KubeConfigException($"The kubeconfig has no context '{wanted}'; it has: {Names(loaded.Contexts, one => one?.Name)}.");
        var details = context.ContextDetails
            ?? throw new KubeConfigException($"Context '{wanted}' of the kubeconfig has no 'context' with cluster and user.");
        configuration.CurrentContext = context.Name;
        configuration.Namespace = string.IsNullOrEmpty(details.Namespace) ? context.Namespace : details.Namespace;
        configuration.SetCluster(loaded, details, wanted, masterUrl);
        configuration.SetUser(loaded, details, wanted);
        return configuration;
    }

    private static string Names<T>(IEnumerable<T> things, Func<T, string> name) =>
        string.Join(", ", (things ?? []).Select(name).DefaultIfEmpty("none"));

    private void SetCluster(K8SConfiguration loaded, ContextDetails details, string context, string masterUrl)
    {
        var cluster = (loaded.Clusters ?? []).FirstOrDefault(one => string.Equals(one?.Name, details.Cluster, StringComparison.OrdinalIgnoreCase))
            ?? throw new KubeConfigException(
                $"Context '{context}' names cluster '{details.Cluster}', which the kubeconfig does not have; "
                + $"it has: {Names(loaded.Clusters, one => one?.Name)}.");
        var endpoint = cluster.ClusterEndpoint;
        Host = string.IsNullOrWhiteSpace(masterUrl) ? endpoint?.Server : masterUrl;
        if (string.IsNullOrWhiteSpace(Host))
        {
            throw new KubeConfigException($"Cluster '{cluster.Name}' of the kubeconfig has no 'server'.");
        }

        if (!Uri.TryCreate(Host, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new KubeConfigException($"'server' of cluster '{cluster.Name}' is '{Host}', which is no http or https URL.");
        }

        SkipTlsVerify = endpoint.SkipTlsVerify;
        TlsServerName = endpoint.TlsServerName;
        if (!string.IsNullOrWhiteSpace(endpoint.ProxyUrl))
        {
            Proxy = Uri.TryCreate(endpoint.ProxyUrl, UriKind.Absolute, out var proxy)
                ? proxy
                : throw new KubeConfigException($"'proxy-url' of cluster '{cluster.Name}' is no URL.");
        }

        if (uri.Scheme != "https" || SkipTlsVerify)
        {
            return;
        }

        if (!string.IsNullOrEmpty(endpoint.CertificateAuthorityData))
        {
            var field = $"certificate-authority-data of cluster '{cluster.Name}'";
            SslCaCerts = Certificates.Authorities(Certificates.Decode(endpoint.CertificateAuthorityData, field), field);
        }
        else if (!string.IsNullOrEmpty(endpoint.CertificateAuthority))
        {
            var field = $"certificate-authority of cluster '{cluster.Name}'";
            try
            {
                SslCaCerts = Certificates.Authorities(File.ReadAllText(endpoint.CertificateAuthority), field);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new KubeConfigException($"{field} cannot be read: {e.Message}", e);
            }
        }
    }

    private void SetUser(K8SConfiguration loaded, ContextDetails details, string context)
    {
        if (string.IsNullOrEmpty(details.User))
        {
            return;
        }

        var user = (loaded.Users ?? []).FirstOrDefault(one => string.Equals(one?.Name, details.User, StringComparison.OrdinalIgnoreCase))
            ?? throw new KubeConfigException(
                $"Context '{context}' names user '{details.User}', which the kubeconfig does not have; "
                + $"it has: {Names(loaded.Users, one => one?.Name)}.");
        var credentials = user.UserCredentials;
        if (credentials is null)
        {
            return;
        }

        if (!string.IsNullOrEmpty(credentials.Impersonate))
        {
            throw new NotSupportedException($"User '{user.Name}' of the kubeconfig impersonates another ('as'), which is not supported.");
        }

        Username = credentials.UserName;
        Password = credentials.Password;
        ClientCertificateData = credentials.ClientCertificateData;
        ClientCertificateKeyData = credentials.ClientKeyData;
        ClientCertificateFilePath = credentials.ClientCertificate;
        ClientKeyFilePath = credentials.ClientKey;

        // As in kubectl, a file beats a token that stands in the kubeconfig.
        if (!string.IsNullOrEmpty(credentials.TokenFile))
        {
            TokenProvider = new TokenFileAuth(credentials.TokenFile);
        }
        else if (!string.IsNullOrEmpty(credentials.Token))
        {
            AccessToken = credentials.Token;
        }
        else if (credentials.ExternalExecution is { } plugin)
        {
            UsePlugin(plugin, user.Name);
        }
        else if (credentials.AuthProvider is { } provider)
        {
            throw new NotSupportedException(
                $"User '{user.Name}' of the kubeconfig uses auth-provider '{provider.Name}'; use an exec plugin instead.");
        }
    }
}
