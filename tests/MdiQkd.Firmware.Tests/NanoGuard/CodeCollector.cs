using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace MdiQkd.Firmware.Tests.NanoGuard;

/// <summary>Remembers which element types a signature holds.</summary>
internal sealed class CodeCollector : ISignatureTypeProvider<int, object?>
{
    internal HashSet<SignatureTypeCode> Codes { get; } = [];

    public int GetArrayType(int elementType, ArrayShape shape) => Note(SignatureTypeCode.Array);

    public int GetByReferenceType(int elementType) => 0;

    public int GetFunctionPointerType(MethodSignature<int> signature) => Note(SignatureTypeCode.FunctionPointer);

    public int GetGenericInstantiation(int genericType, ImmutableArray<int> typeArguments) =>
        Note(SignatureTypeCode.GenericTypeInstance);

    public int GetGenericMethodParameter(object? genericContext, int index) => Note(SignatureTypeCode.GenericMethodParameter);

    public int GetGenericTypeParameter(object? genericContext, int index) => Note(SignatureTypeCode.GenericTypeParameter);

    public int GetModifiedType(int modifier, int unmodifiedType, bool isRequired) =>
        Note(isRequired ? SignatureTypeCode.RequiredModifier : SignatureTypeCode.OptionalModifier);

    public int GetPinnedType(int elementType) => Note(SignatureTypeCode.Pinned);

    public int GetPointerType(int elementType) => Note(SignatureTypeCode.Pointer);

    public int GetPrimitiveType(PrimitiveTypeCode typeCode) => Note((SignatureTypeCode)typeCode);

    public int GetSZArrayType(int elementType) => 0;

    public int GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => 0;

    public int GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => 0;

    public int GetTypeFromSpecification(
        MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    private int Note(SignatureTypeCode code)
    {
        Codes.Add(code);
        return 0;
    }
}
