using System.Linq.Expressions;
using System.Reflection;

namespace Temporalio.Common;

/// <summary>Reads the one call that a lambda expression stands for.</summary>
internal static class ExpressionUtil
{
    /// <summary>A call on the lambda's parameter: <c>(MyWorkflow wf) =&gt; wf.RunAsync(x)</c>.</summary>
    /// <exception cref="ArgumentException">The lambda is anything else.</exception>
    public static (MethodInfo Method, object?[] Args) InstanceCall(LambdaExpression lambda)
    {
        var call = Call(lambda);
        return call.Object is ParameterExpression parameter && lambda.Parameters.Contains(parameter)
            ? (call.Method, Arguments(call))
            : throw new ArgumentException(
                $"The expression must call a method on the lambda's own parameter, not on something else: {lambda}");
    }

    /// <summary>A call of a static method, of one on the lambda's parameter, or of one on an instance at hand.</summary>
    /// <exception cref="ArgumentException">The lambda is anything else.</exception>
    public static (MethodInfo Method, object?[] Args) AnyCall(LambdaExpression lambda)
    {
        var call = Call(lambda);
        return (call.Method, Arguments(call));
    }

    /// <summary>The property that a lambda reads from its parameter; null when the lambda is a call.</summary>
    /// <exception cref="ArgumentException">It reads something else.</exception>
    public static PropertyInfo? Property(LambdaExpression lambda) => Unwrap(lambda.Body) switch
    {
        MemberExpression { Member: PropertyInfo property, Expression: ParameterExpression } => property,
        MemberExpression => throw new ArgumentException(
            $"The expression must read a property of the lambda's own parameter: {lambda}"),
        _ => null,
    };

    /// <summary>What an argument is now. Simple shapes are read; only others need the interpreter.</summary>
    public static object? Evaluate(Expression expression)
    {
        switch (expression)
        {
            case ConstantExpression constant:
                return constant.Value;
            case DefaultExpression { Type.IsValueType: false }:
                return null;
            case MemberExpression { Expression: var owner, Member: FieldInfo field }:
                return field.GetValue(owner is null ? null : Evaluate(owner));
            case MemberExpression { Expression: { } owner, Member: PropertyInfo property } when Evaluate(owner) is { } instance:
                return property.GetValue(
                    instance, BindingFlags.DoNotWrapExceptions, binder: null, index: null, culture: null);
            case UnaryExpression { NodeType: ExpressionType.Convert, Method: null } convert
                when !convert.Type.IsValueType || Nullable.GetUnderlyingType(convert.Type) == convert.Operand.Type:
                return Evaluate(convert.Operand);
            case NewArrayExpression { NodeType: ExpressionType.NewArrayInit } array:
                var items = Array.CreateInstance(array.Type.GetElementType()!, array.Expressions.Count);
                for (var i = 0; i < items.Length; i++)
                {
                    items.SetValue(Evaluate(array.Expressions[i]), i);
                }

                return items;
            default:
                return Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object)))
                    .Compile(preferInterpretation: true)();
        }
    }

    private static MethodCallExpression Call(LambdaExpression lambda) => Unwrap(lambda.Body) as MethodCallExpression
        ?? throw new ArgumentException($"The expression must be a single method call: {lambda}");

    private static Expression Unwrap(Expression body)
    {
        while (body is UnaryExpression { NodeType: ExpressionType.Convert } convert)
        {
            body = convert.Operand;
        }

        return body;
    }

    private static object?[] Arguments(MethodCallExpression call)
    {
        if (call.Arguments.Count == 0)
        {
            return [];
        }

        var arguments = new object?[call.Arguments.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Evaluate(call.Arguments[i]);
        }

        return arguments;
    }
}
