using System.Reflection;
using System.Runtime.Serialization;
using System.Text.Json;
using System.Xml.Serialization;
using MdiQkd.KeyMaterial;

namespace MdiQkd.Distillation.Tests.KeyMaterial;

/// <summary>What no type that holds key may offer: a text, a serialized form, a copy by accident.</summary>
public sealed class KeyTypeRulesTests
{
    public static TheoryData<Type> KeyTypes =>
    [
        .. typeof(SecretBits).Assembly.GetTypes().Where(type => type == typeof(SecretBits) || type == typeof(LockedWords)
            || type.IsAssignableTo(typeof(KeyStage))),
    ];

    [Fact]
    public void All_stages_are_found() => Assert.Equal(
        ["KeyStage", "LockedWords", "ReconciledKey", "SecretBits", "SecretKey", "SiftedKey", "VerifiedKey"],
        KeyTypes.Select(row => row.Data.Name).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void Sealed_disposable_and_made_inside(Type type)
    {
        Assert.True(type.IsSealed || type == typeof(KeyStage));
        Assert.True(type.IsAssignableTo(typeof(IDisposable)));
        Assert.True(type == typeof(SecretBits) || type.GetConstructors().Length == 0);
        if (type == typeof(KeyStage))
        {
            Assert.DoesNotContain(
                type.GetConstructors(BindingFlags.NonPublic | BindingFlags.Instance), made => made.IsFamily || made.IsFamilyOrAssembly);
        }
    }

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void No_text_no_equality_no_serializer(Type type)
    {
        foreach (string name in (ReadOnlySpan<string>)[nameof(ToString), nameof(GetHashCode)])
        {
            Assert.Equal(typeof(object), type.GetMethod(name, Type.EmptyTypes)!.DeclaringType);
        }

        Assert.Equal(typeof(object), type.GetMethod(nameof(Equals), [typeof(object)])!.DeclaringType);
        Assert.DoesNotContain(type.GetMethods(), method => method.Name is "op_Implicit" or "op_Explicit" or "<Clone>$");
        Assert.DoesNotContain(type.GetInterfaces(), shape => shape != typeof(IDisposable));
        Assert.DoesNotContain(
            type.GetCustomAttributes(inherit: true).Select(attribute => attribute.GetType().Name),
            name => name.Contains("Serializ", StringComparison.Ordinal) || name.StartsWith("Json", StringComparison.Ordinal)
                || name.StartsWith("DataContract", StringComparison.Ordinal) || name.StartsWith("Debugger", StringComparison.Ordinal));
#pragma warning disable SYSLIB0050 // the old formatter's flag is what is checked
        Assert.False(type.IsSerializable);
#pragma warning restore SYSLIB0050
    }

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void Bits_are_seen_through_spans_only(Type type)
    {
        // A serializer, a log or a debugger's watch can take an array or a text; it cannot take a span.
        IEnumerable<Type> shown = type.GetProperties().Select(property => property.PropertyType)
            .Concat(type.GetFields().Where(field => !field.IsLiteral).Select(field => field.FieldType))
            .Concat(type.GetMethods().Where(method => method.DeclaringType != typeof(object)).Select(method => method.ReturnType));
        Assert.DoesNotContain(shown, result => result.IsArray || result == typeof(string) || result == typeof(object)
            || result.Name.StartsWith("Memory`", StringComparison.Ordinal) || result.Name.StartsWith("ReadOnlyMemory`", StringComparison.Ordinal));
    }

    [Fact]
    public void Serializers_refuse_them()
    {
        JsonSerializerOptions withFields = new() { IncludeFields = true };
        using SecretBits bits = SecretBits.CopyOf([0x0123456789ABCDEF], 60);
        using SiftedKey key = SiftedKey.OfReference(new(7), SecretBits.CopyOf([0x0123456789ABCDEF], 60));
        foreach (object secret in (object[])[bits, key])
        {
            Assert.ThrowsAny<Exception>(() => JsonSerializer.Serialize(secret, secret.GetType()));
            Assert.ThrowsAny<Exception>(() => JsonSerializer.Serialize(secret, secret.GetType(), withFields));
            Assert.ThrowsAny<Exception>(() => new XmlSerializer(secret.GetType()).Serialize(Stream.Null, secret));
            Assert.ThrowsAny<Exception>(() => new DataContractSerializer(secret.GetType()).WriteObject(Stream.Null, secret));
        }
    }
}
