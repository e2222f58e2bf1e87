using System.Globalization;
using System.Runtime.InteropServices;

namespace Temporalio.Worker.Execution;

/// <summary>What the operating system knows about a thread.</summary>
internal static partial class ThreadTimes
{
    [ThreadStatic]
    private static int _id;

    /// <summary>The system's number of this thread; 0 where that is not known.</summary>
    public static int CurrentId => _id != 0 ? _id : _id = OperatingSystem.IsLinux() ? GetThreadId() : 0;

    /// <summary>How long a thread was ready to run, in its whole life, while no processor was free. Zero where the system does not say.</summary>
    public static TimeSpan WaitedForProcessor(int thread)
    {
        if (thread == 0 || !OperatingSystem.IsLinux())
        {
            return TimeSpan.Zero;
        }

        try
        {
            // Nanoseconds on a processor, nanoseconds waiting for one, number of turns (proc(5)).
            var times = File.ReadAllText($"/proc/self/task/{thread}/schedstat").Split(' ');
            return times.Length > 1 && long.TryParse(times[1], NumberStyles.None, CultureInfo.InvariantCulture, out var nanoseconds)
                ? TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick)
                : TimeSpan.Zero;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return TimeSpan.Zero; // a kernel without these figures, or a thread that has ended
        }
    }

    private static int GetThreadId()
    {
        try
        {
            return GetTid();
        }
        catch (EntryPointNotFoundException)
        {
            return 0; // a C library older than 2.30
        }
        catch (DllNotFoundException)
        {
            return 0;
        }
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetTid();
}
