using k8s.Exceptions;
using Metal3.CrdBridge;
using Metal3.CrdBridge.Serving;
using Microsoft.Extensions.Options;
using Serilog;
using Serilog.Formatting.Json;

return await CommandLine.InvokeAsync(args, RunAsync);

static async Task<int> RunAsync(IReadOnlyDictionary<string, string?> given, CancellationToken cancellation)
{
    var builder = Host.CreateApplicationBuilder();
    builder.Configuration.AddInMemoryCollection(given);
    builder.Logging.ClearProviders().AddSerilog(Logger(builder.Configuration), dispose: true);
    builder.Services.AddMetal3Bridge(builder.Configuration.GetSection(BridgeOptions.Section));
    try
    {
        using var traces = BridgeTraces.Export();
        using var host = builder.Build();
        var state = host.Services.GetRequiredService<BridgeState>();
        await host.RunAsync(cancellation); // disposes of the services
        return state.ExitCode;
    }
    catch (OptionsValidationException e)
    {
        return Complain(e.Failures);
    }
    catch (Exception e) when (e is InvalidOperationException or KubeConfigException or IOException)
    {
        return Complain([e.InnerException is { } inner ? $"{e.Message} {inner.Message}" : e.Message]);
    }
}

static int Complain(IEnumerable<string> failures)
{
    foreach (var failure in failures)
    {
        Console.Error.WriteLine($"The bridge cannot start: {failure}");
    }

    return ExitCodes.Failure;
}

static Serilog.ILogger Logger(IConfiguration configuration)
{
    var isText = !Console.IsOutputRedirected || configuration.GetValue<bool>($"{BridgeOptions.Section}:Dev");
    var logger = new LoggerConfiguration()
        .MinimumLevel.Is(configuration.GetValue<bool>($"{BridgeOptions.Section}:Dev") ? Serilog.Events.LogEventLevel.Debug : Serilog.Events.LogEventLevel.Information)
        .MinimumLevel.Override("Microsoft", Serilog.Events.LogEventLevel.Warning)
        .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", Serilog.Events.LogEventLevel.Fatal) // Complain says it
        .MinimumLevel.Override("System", Serilog.Events.LogEventLevel.Warning)
        .Enrich.FromLogContext()
        .ReadFrom.Configuration(configuration);
    return (isText
        ? logger.WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}")
        : logger.WriteTo.Console(new JsonFormatter(renderMessage: true))).CreateLogger();
}
