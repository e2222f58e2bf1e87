using System.CommandLine;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using Metal3.Lab.Ironic;

return await Commands.Root().Parse(args).InvokeAsync();

internal static class Commands
{
    public static RootCommand Root()
    {
        var port = new Option<int>("--port") { Description = "TCP port; 0 takes a free one", DefaultValueFactory = _ => 6385 };
        var host = new Option<string>("--host") { Description = "Address to listen on", DefaultValueFactory = _ => "127.0.0.1" };
        var data = new Option<string?>("--data") { Description = "Directory in which nodes and counters survive" };
        var speed = new Option<string>("--speed") { Description = "real, fast or instant", DefaultValueFactory = _ => "fast" };
        var stage = new Option<string[]>("--stage")
        {
            Description = $"NAME=SECONDS, several times; names: {string.Join(", ", Stages.All)}",
            DefaultValueFactory = _ => [],
        };
        var user = new Option<string?>("--user") { Description = "User name that clients must give" };
        var password = new Option<string?>("--password") { Description = "Password that clients must give" };
        var clean = new Option<bool>("--automated-clean") { Description = "Clean nodes before and after use", DefaultValueFactory = _ => true };
        var maximum = new Option<int>("--max-minor") { Description = "Highest minor API version", DefaultValueFactory = _ => 96 };
        var certificate = new Option<string?>("--cert") { Description = "PEM file of a certificate: serve HTTPS" };
        var key = new Option<string?>("--key") { Description = "PEM file of its private key" };
        var command = new RootCommand("A simulated Ironic with its BMCs, for laptops and tests.")
        {
            port, host, data, speed, stage, user, password, clean, maximum, certificate, key,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            LabIronicOptions options;
            try
            {
                options = new()
                {
                    Port = parsed.GetValue(port),
                    Host = parsed.GetValue(host)!,
                    DataDirectory = parsed.GetValue(data),
                    Times = parsed.GetValue(stage)!.Aggregate(
                        StageTimes.Named(parsed.GetValue(speed)!), (times, assignment) => times.With(assignment)),
                    UserName = parsed.GetValue(user),
                    Password = parsed.GetValue(password),
                    AutomatedClean = parsed.GetValue(clean),
                    MaximumMinorVersion = parsed.GetValue(maximum),
                    Certificate = parsed.GetValue(certificate) is { } pem
                        ? X509Certificate2.CreateFromPemFile(pem, parsed.GetValue(key))
                        : null,
                };
            }
            catch (ArgumentException exception)
            {
                await Console.Error.WriteLineAsync(exception.Message);
                return 2;
            }

            await using var ironic = await LabIronic.StartAsync(options, cancellation);
            await Console.Out.WriteLineAsync($"Ironic: {ironic.Endpoint}  BMCs: {ironic.RedfishAddress}  admin: {ironic.Admin}");
            var stop = new TaskCompletionSource();
            using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            await stop.Task.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 0;

            void Stop(PosixSignalContext context)
            {
                context.Cancel = true;
                _ = stop.TrySetResult();
            }
        });
        return command;
    }
}
