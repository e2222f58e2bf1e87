using System.Diagnostics;
using System.Text.Json;
using k8s.Authentication;
using k8s.Exceptions;
using k8s.KubeConfigModels;

namespace k8s;

public partial class KubernetesClientConfiguration
{
    public static event EventHandler<DataReceivedEventArgs> ExecStdError;

    public static TimeSpan ExecTimeout { get; set; } = TimeSpan.FromMinutes(2);

    public static Process CreateRunnableExternalProcess(
        ExternalExecution config, EventHandler<DataReceivedEventArgs> captureStdError = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        var start = new ProcessStartInfo
        {
            FileName = config.Command,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = captureStdError is not null,
            CreateNoWindow = true,
        };
        foreach (var argument in config.Arguments ?? [])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var variable in config.EnvironmentVariables ?? [])
        {
            start.Environment[variable["name"]] = variable["value"];
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = JsonSerializer.Serialize(new
        {
            apiVersion = config.ApiVersion,
            kind = "ExecCredential",
            spec = new { interactive = Environment.UserInteractive },
        });
        var process = new Process { StartInfo = start };
        if (captureStdError is not null)
        {
            process.ErrorDataReceived += (sender, line) => captureStdError(sender, line);
        }

        return process;
    }

    public static ExecCredentialResponse ExecuteExternalCommand(ExternalExecution config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var captured = ExecStdError;
        using var process = CreateRunnableExternalProcess(config, captured);
        try
        {
            process.Start();
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            var hint = string.IsNullOrEmpty(config.InstallHint) ? "" : " " + config.InstallHint;
            throw new KubeConfigException($"The exec plugin '{config.Command}' cannot be started: {e.Message}.{hint}", e);
        }

        if (captured is not null)
        {
            process.BeginErrorReadLine();
        }

        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(ExecTimeout) || !output.Wait(ExecTimeout))
        {
            process.Kill(entireProcessTree: true);
            throw new KubeConfigException($"The exec plugin '{config.Command}' did not end within {ExecTimeout}.");
        }

        if (process.ExitCode != 0)
        {
            throw new KubeConfigException($"The exec plugin '{config.Command}' ended with exit code {process.ExitCode}.");
        }

        // What the plugin printed is a credential, so no message and no inner exception may quote it.
        ExecCredentialResponse response;
        try
        {
            response = KubernetesJson.Deserialize<ExecCredentialResponse>(output.Result);
        }
        catch (JsonException)
        {
#pragma warning disable MA0054 // see above
            throw new KubeConfigException($"The exec plugin '{config.Command}' did not print an ExecCredential as JSON.");
#pragma warning restore MA0054
        }

        if (response is null || response.ApiVersion != config.ApiVersion)
        {
            throw new KubeConfigException(
                $"The exec plugin '{config.Command}' answered with apiVersion '{response?.ApiVersion}' instead of '{config.ApiVersion}'.");
        }

        return response.Status?.IsValid() is true
            ? response
            : throw new KubeConfigException(
                $"The exec plugin '{config.Command}' gave neither a token nor a client certificate with its key.");
    }

    private void UsePlugin(ExternalExecution plugin, string user)
    {
        if (string.IsNullOrEmpty(plugin.Command) || string.IsNullOrEmpty(plugin.ApiVersion))
        {
            throw new KubeConfigException($"'exec' of user '{user}' in the kubeconfig needs 'command' and 'apiVersion'.");
        }

        var response = ExecuteExternalCommand(plugin);
        if (!string.IsNullOrEmpty(response.Status.Token))
        {
            TokenProvider = new ExecTokenProvider(plugin, response);
        }

        ClientCertificateData = response.Status.ClientCertificateData ?? ClientCertificateData;
        ClientCertificateKeyData = response.Status.ClientKeyData ?? ClientCertificateKeyData;
    }
}
