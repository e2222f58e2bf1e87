using System.Text.Json;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Workflows.Steps;

/// <summary>Holds by annotation alone: the name of a step, <c>*</c>, or the JSON of a <see cref="StepHold"/>.</summary>
internal static class HoldAnnotations
{
    /// <summary>Places the hold of an annotation that came, and lifts the one of an annotation that went.</summary>
    /// <param name="holds">The holds that stand; changed.</param>
    /// <param name="before">The annotations until now.</param>
    /// <param name="after">The annotations from now on.</param>
    /// <param name="now">The workflow's time.</param>
    public static void Follow(List<StepHold> holds, ValueMap<string> before, ValueMap<string> after, DateTimeOffset now)
    {
        var old = before.TryGetValue(AnnotationKeys.Hold, out var oldText) ? Read(oldText, now) : null;
        var fresh = after.TryGetValue(AnnotationKeys.Hold, out var freshText) ? Read(freshText, now) : null;
        if (old is not null && fresh is null)
        {
            // Not when another hold took its place: a second hold must never lift the first one.
            holds.RemoveAll(hold => old.Step == "*" || hold.Step == old.Step);
        }

        if (fresh is not null && !holds.Exists(hold => hold.Step == fresh.Step))
        {
            holds.Add(fresh);
        }
    }

    /// <summary>The hold that an annotation means; null when it means none.</summary>
    private static StepHold? Read(string text, DateTimeOffset now)
    {
        StepHold? hold = null;
        if (text.StartsWith('{'))
        {
            try
            {
                hold = JsonSerializer.Deserialize<StepHold>(text, JsonSerializerOptions.Web);
            }
            catch (JsonException)
            {
                return null; // neither a step nor a hold: there is nothing to hold
            }
        }
        else if (text.Length > 0)
        {
            hold = new(text, "annotation", $"the annotation {AnnotationKeys.Hold} is set", now);
        }

        return hold is { Step.Length: > 0 } && (hold.Step == "*" || StepNames.All.Contains(hold.Step, StringComparer.Ordinal)) ? hold : null;
    }
}
