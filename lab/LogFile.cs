using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Display;

namespace Metal3.Lab;

/// <summary>What worker, bridge and simulators have to say goes to a file: the terminal belongs to the table.</summary>
internal sealed class LogFile(string path) : ILogEventSink, IDisposable
{
    private readonly MessageTemplateTextFormatter _format =
        new("{Timestamp:HH:mm:ss.fff} {Level:u3} {SourceContext}: {Message:lj}{NewLine}{Exception}", null);
    private readonly StreamWriter _file = new(path, append: false) { AutoFlush = true };
    private readonly Lock _one = new();

    /// <summary>A provider that writes to a new file.</summary>
    public static ILoggerProvider Provider(string path)
    {
        var logger = new LoggerConfiguration().MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("System.Net.Http", LogEventLevel.Warning)
            .WriteTo.Sink(new LogFile(path)).CreateLogger();
        return new SerilogLoggerProvider(logger, dispose: true);
    }

    /// <inheritdoc/>
    public void Emit(LogEvent logEvent)
    {
        lock (_one)
        {
            _format.Format(logEvent, _file);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
