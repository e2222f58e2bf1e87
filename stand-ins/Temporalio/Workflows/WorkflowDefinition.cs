using System.Collections.Frozen;
using System.Diagnostics;
using System.Reflection;
using Temporalio.Activities;

namespace Temporalio.Workflows;

/// <summary>One workflow that a worker can run, or that a caller can name: its methods, checked.</summary>
public class WorkflowDefinition
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<Type, WorkflowDefinition> Definitions = new();

    private readonly Func<object?[], object>? _creator;

    private WorkflowDefinition(
        string name,
        Type type,
        MethodInfo runMethod,
        Func<object?[], object>? creator,
        bool initTakesArguments,
        Dictionary<string, WorkflowSignalDefinition> signals,
        Dictionary<string, WorkflowQueryDefinition> queries,
        Dictionary<string, WorkflowUpdateDefinition> updates,
        Type[]? failureExceptionTypes)
    {
        Name = name;
        Type = type;
        RunMethod = runMethod;
        _creator = creator;
        InitTakesArguments = initTakesArguments;
        Signals = signals.ToFrozenDictionary(StringComparer.Ordinal);
        Queries = queries.ToFrozenDictionary(StringComparer.Ordinal);
        Updates = updates.ToFrozenDictionary(StringComparer.Ordinal);
        FailureExceptionTypes = failureExceptionTypes;
        RunParameters = [.. runMethod.GetParameters().Select(parameter => parameter.ParameterType)];
        RunDefaults = Invokers.Defaults(runMethod);
        RunInvoker = Instantiable ? Invokers.ForMethod(runMethod) : static (_, _) => throw new UnreachableException();
    }

    /// <summary>The workflow type's name.</summary>
    public string? Name { get; }

    /// <summary>The class or interface.</summary>
    public Type Type { get; }

    /// <summary>The method that is the workflow.</summary>
    public MethodInfo RunMethod { get; }

    /// <summary>A worker can make instances of it; false for interfaces and abstract classes.</summary>
    public bool Instantiable => _creator is not null;

    /// <summary>The signals by name.</summary>
    public IReadOnlyDictionary<string, WorkflowSignalDefinition> Signals { get; }

    /// <summary>The queries by name.</summary>
    public IReadOnlyDictionary<string, WorkflowQueryDefinition> Queries { get; }

    /// <summary>The updates by name.</summary>
    public IReadOnlyDictionary<string, WorkflowUpdateDefinition> Updates { get; }

    /// <summary>Exceptions that end the workflow instead of suspending it.</summary>
    public Type[]? FailureExceptionTypes { get; }

    internal Type[] RunParameters { get; }

    internal object?[] RunDefaults { get; }

    internal Func<object, object?[], object?> RunInvoker { get; }

    internal bool InitTakesArguments { get; }

    /// <summary>The definition of <typeparamref name="T"/>.</summary>
    /// <exception cref="AggregateException">Everything that is wrong with the type.</exception>
    public static WorkflowDefinition Create<T>() => Create(typeof(T));

    /// <summary>The definition of a type; read once.</summary>
    /// <exception cref="AggregateException">Everything that is wrong with the type.</exception>
    public static WorkflowDefinition Create(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Definitions.GetOrAdd(type, static type => Create(type, null, null));
    }

    /// <summary>The definition of a type, under another name or with another way to make instances.</summary>
    /// <exception cref="AggregateException">Everything that is wrong with the type.</exception>
    public static WorkflowDefinition Create(Type type, string? nameOverride, Func<object?[], object>? creatorOverride)
    {
        ArgumentNullException.ThrowIfNull(type);
        return new Reader(type).Read(nameOverride, creatorOverride);
    }

    /// <summary>A new instance; the arguments matter to a constructor with <see cref="WorkflowInitAttribute"/>.</summary>
    /// <exception cref="InvalidOperationException">The type is an interface or abstract.</exception>
    public object CreateWorkflowInstance(object?[] workflowArguments) => _creator is { } creator
        ? creator(workflowArguments)
        : throw new InvalidOperationException($"Cannot create instance of {Type}, which is not instantiable");

    /// <summary>The run method's name on the wire, for callers that only have the method.</summary>
    internal static string NameOf(Type type)
    {
        var attribute = type.GetCustomAttribute<WorkflowAttribute>(false)
            ?? throw new ArgumentException($"{type} missing Workflow attribute");
        if (attribute.Name is { } given)
        {
            return given;
        }

        var name = type.Name;
        var generics = name.IndexOf('`', StringComparison.Ordinal);
        name = generics < 0 ? name : name[..generics];
        return type.IsInterface && name.Length > 1 && name[0] == 'I' && char.IsUpper(name[1]) ? name[1..] : name;
    }

    internal static string NameWithoutAsync(string name)
    {
        const string Suffix = "Async";
        return name.Length > Suffix.Length && name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name;
    }

    internal static bool IsReserved(string name) =>
        name.StartsWith("__temporal", StringComparison.Ordinal) || name is "__stack_trace" or "__enhanced_stack_trace";

    private sealed class Reader(Type type)
    {
        private const BindingFlags Everything =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;

        private readonly List<ArgumentException> _errors = [];
        private readonly Dictionary<string, WorkflowSignalDefinition> _signals = [];
        private readonly Dictionary<string, WorkflowQueryDefinition> _queries = [];
        private readonly Dictionary<string, WorkflowUpdateDefinition> _updates = [];

        public WorkflowDefinition Read(string? nameOverride, Func<object?[], object>? creatorOverride)
        {
            var attribute = type.GetCustomAttribute<WorkflowAttribute>(false);
            if (attribute is null)
            {
                Wrong($"{type} missing Workflow attribute");
            }

            if (attribute?.Name is { Length: 0 })
            {
                Wrong($"{type} has an empty workflow name");
            }

            if (type.ContainsGenericParameters)
            {
                Wrong($"{type} has generic type arguments");
            }

            var run = ReadMethods();
            ReadQueryProperties();
            var (creator, takesArguments) = ReadConstructor(run, creatorOverride);
            if (_errors.Count > 0)
            {
                throw new AggregateException($"Invalid workflow type {type}", _errors);
            }

            return new(
                nameOverride ?? NameOf(type), type, run!, creator, takesArguments, _signals, _queries, _updates,
                attribute!.FailureExceptionTypes);
        }

        private MethodInfo? ReadMethods()
        {
            MethodInfo? run = null;
            var validators = new Dictionary<string, MethodInfo>(StringComparer.Ordinal);
            var handlers = new List<MethodInfo>();
            var methods = type.GetMethods(Everything)
                .Concat(type.IsInterface ? type.GetInterfaces().SelectMany(parent => parent.GetMethods(Everything)) : []);
            foreach (var method in methods)
            {
                ThrowIfAttributeIsOnlyOnBase(method);
                if (method.IsDefined(typeof(WorkflowRunAttribute), false) && MayRun(method))
                {
                    if (run is not null)
                    {
                        Wrong($"WorkflowRun on multiple methods: {run} and {method}");
                    }

                    run = method;
                }

                if (method.IsDefined(typeof(WorkflowSignalAttribute), false))
                {
                    Try(() =>
                    {
                        var definition = WorkflowSignalDefinition.FromMethod(method);
                        Add(_signals, definition.Name!, definition, "signal");
                    });
                }

                if (method.IsDefined(typeof(WorkflowQueryAttribute), false))
                {
                    Try(() =>
                    {
                        var definition = WorkflowQueryDefinition.FromMethod(method);
                        Add(_queries, definition.Name!, definition, "query");
                    });
                }

                if (method.IsDefined(typeof(WorkflowUpdateAttribute), false))
                {
                    handlers.Add(method);
                }

                if (method.GetCustomAttribute<WorkflowUpdateValidatorAttribute>(false) is { } validator
                    && !validators.TryAdd(validator.UpdateMethod, method))
                {
                    Wrong($"{type} has more than one update validator for {validator.UpdateMethod}");
                }
            }

            foreach (var handler in handlers)
            {
                validators.Remove(handler.Name, out var validator);
                Try(() =>
                {
                    var definition = WorkflowUpdateDefinition.FromMethod(handler, validator);
                    Add(_updates, definition.Name!, definition, "update");
                });
            }

            foreach (var (name, validator) in validators)
            {
                Wrong($"WorkflowUpdateValidator on {validator} refers to {name}, which is not an update method");
            }

            if (run is null && _errors.Count == 0)
            {
                Wrong($"{type} does not have a valid WorkflowRun method");
            }

            return run;
        }

        private bool MayRun(MethodInfo method)
        {
            if (!type.IsInterface && method.DeclaringType != type)
            {
                Wrong($"WorkflowRun on {method} must be declared on {type}, not inherited from {method.DeclaringType}");
                return false;
            }

            var before = _errors.Count;
            if (!method.IsPublic)
            {
                Wrong($"WorkflowRun method {method} must be public");
            }

            if (method.IsStatic)
            {
                Wrong($"WorkflowRun method {method} cannot be static");
            }

            if (method.ContainsGenericParameters)
            {
                Wrong($"WorkflowRun method {method} has generic type arguments");
            }

            if (!typeof(Task).IsAssignableFrom(method.ReturnType))
            {
                Wrong($"WorkflowRun method {method} must return an instance of Task");
            }

            return _errors.Count == before;
        }

        private void ThrowIfAttributeIsOnlyOnBase(MethodInfo method)
        {
            var overridden = method.GetBaseDefinition();
            if (overridden == method || method.DeclaringType != type)
            {
                return;
            }

            foreach (var attribute in (Type[])[
                typeof(WorkflowRunAttribute), typeof(WorkflowSignalAttribute),
                typeof(WorkflowQueryAttribute), typeof(WorkflowUpdateAttribute)])
            {
                if (overridden.IsDefined(attribute, false) && !method.IsDefined(attribute, false))
                {
                    var name = attribute.Name[..^"Attribute".Length];
                    Wrong($"{name} on base method {overridden} but not on override {method}");
                }
            }
        }

        private void ReadQueryProperties()
        {
            foreach (var property in type.GetProperties(Everything))
            {
                if (property.IsDefined(typeof(WorkflowQueryAttribute), false))
                {
                    Try(() =>
                    {
                        var definition = WorkflowQueryDefinition.FromProperty(property);
                        Add(_queries, definition.Name!, definition, "query");
                    });
                }
            }
        }

        private (Func<object?[], object>? Creator, bool TakesArguments) ReadConstructor(
            MethodInfo? run, Func<object?[], object>? creatorOverride)
        {
            ConstructorInfo? init = null;
            foreach (var constructor in type.GetConstructors(Everything))
            {
                if (!constructor.IsDefined(typeof(WorkflowInitAttribute), false))
                {
                    continue;
                }

                if (init is not null)
                {
                    Wrong($"WorkflowInit on multiple constructors of {type}");
                }

                init = constructor;
                if (!constructor.IsPublic)
                {
                    Wrong($"WorkflowInit constructor of {type} must be public");
                }

                if (run is not null && !constructor.GetParameters().Select(parameter => parameter.ParameterType)
                    .SequenceEqual(run.GetParameters().Select(parameter => parameter.ParameterType)))
                {
                    Wrong($"WorkflowInit constructor of {type} must have the same parameters as its WorkflowRun method");
                }
            }

            if (creatorOverride is not null)
            {
                return (creatorOverride, true);
            }

            if (_errors.Count > 0 || type.IsInterface || type.IsAbstract)
            {
                return (null, false);
            }

            if (init is not null)
            {
                return (Invokers.ForConstructor(init), true);
            }

            var parameterless = type.GetConstructor(Type.EmptyTypes);
            if (parameterless is null && !type.IsValueType)
            {
                return (null, false);
            }

            return (parameterless is null ? _ => Activator.CreateInstance(type)! : Invokers.ForConstructor(parameterless), false);
        }

        private void Add<T>(Dictionary<string, T> all, string name, T definition, string kind)
        {
            if (!all.TryAdd(name, definition))
            {
                Wrong($"{type} has more than one {kind} named {name}");
            }
        }

        private void Try(Action read)
        {
            try
            {
                read();
            }
            catch (ArgumentException wrong)
            {
                _errors.Add(wrong);
            }
        }

        private void Wrong(string message) => _errors.Add(new ArgumentException(message));
    }
}
