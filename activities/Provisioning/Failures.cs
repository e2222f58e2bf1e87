using Metal3.Activities.Ironic;
using Metal3.Activities.Provisioning.OnIronic;
using Metal3.Contracts.Provisioning;
using Temporalio.Exceptions;

namespace Metal3.Activities.Provisioning;

/// <summary>What activities throw to workflows.</summary>
internal static class Failures
{
    /// <summary>Runs the work of an activity; whatever a back end throws leaves it with one of <see cref="FailureTypes"/>.</summary>
    public static async Task<T> ToldAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (ProvisionerException e)
        {
            throw Of(e);
        }
        catch (IronicException e)
        {
            throw Of(Fault.From(e));
        }
    }

    /// <summary>The failure for an exception. The exception itself does not travel: its causes may quote anything.</summary>
    public static ApplicationFailureException Of(ProvisionerException e) => new(
        e.Message,
        e.Type,
        nonRetryable: !e.IsTransient,
        details: e.Raw is { } raw ? [raw] : null,
        nextRetryDelay: e.RetryAfter,
        category: e.Type is FailureTypes.Busy ? Temporalio.Api.Enums.V1.ApplicationErrorCategory.Benign : default);

    /// <summary>The object is gone, or another one has its name.</summary>
    public static ProvisionerException HostGone(HostKey host) => new(
        FailureTypes.HostGone, $"The BareMetalHost {host} with uid {host.Uid} is gone.");
}
